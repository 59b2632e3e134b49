import { scaledMs } from '../../environment/environment.ts'
import { alertTimes } from '../alert-times.ts'
import type { Proof } from '../delivery-proof.ts'
import { isFiring, namesRunbook, notificationOf } from '../message.ts'
import { type AlertTimes, toDetail, worstOverhead } from '../overhead.ts'
import { mark, NotProven, PhaseFailure, type Run, waitFor } from '../run.ts'
import { longestBlindMs } from '../sightings.ts'
import { explain } from './detect.ts'

/**
 * A message that names the runbook arrived, and every expected alert was in a message: as Slack's received messages
 * say, or, where they cannot be read, Alertmanager's own counters. Neither: not proven.
 */
export async function notify(run: Run): Promise<string> {
  const { environment, observer, drill } = run
  const readable = environment.slack?.received !== undefined
  if (!readable && observer.delivery === undefined) {
    throw new NotProven('delivery', `${environment.name} names neither slack.received nor alertmanager`)
  }
  const look = () => (readable ? readBack(run) : counted(run))
  await waitFor(run, scaledMs(environment, drill.limitsMs.notify), async () => (look().proven ? true : undefined))
  const proof = look()
  await addTimes(run, proof)
  if (proof.proven) return proof.text
  const links = await explain(run, readable ? unnamed(run) : (observer.delivery?.missing() ?? []))
  const text = [proof.text, links].filter((part) => part !== '').join('. ')
  if (readable && observer.slackUnreadable === undefined) throw new PhaseFailure(text)
  throw new NotProven('delivery', text)
}

/** Every expected alert is in a message that Slack received. */
function readBack(run: Run): Proof {
  const { drill, observer } = run
  if (observer.slackUnreadable !== undefined) return { proven: false, text: observer.slackUnreadable }
  const first = observer.messages.find((m) => isFiring(m, drill.incident))
  if (first !== undefined && !namesRunbook(first, drill.incident)) {
    throw new PhaseFailure(`the Slack message does not name the runbook: no line "drillbook respond ${drill.incident}"`)
  }
  if (first === undefined || unnamed(run).length > 0) return { proven: false, text: 'not delivered' }
  const text = `read back: Slack received ${drill.alerts.expected.join(', ')}`
  return { proven: true, at: new Date(first.receivedAt), text }
}

/** The expected alerts that no message names. */
function unnamed({ drill, observer }: Run): string[] {
  return drill.alerts.expected.filter((alert) => notificationOf(observer.messages, drill.incident, alert) === undefined)
}

function counted({ observer }: Run): Proof {
  return observer.delivery?.fired(Date.now()) ?? { proven: false, text: 'Alertmanager was not watched' }
}

/** When each alert came, and what our plumbing added to what the configuration asks for. */
async function addTimes(run: Run, proof: Proof): Promise<void> {
  const { journal, environment } = run
  const alerts = await waitFor(run, longestBlindMs(environment), () => alertTimes(run))
  if (alerts === undefined) return
  journal.data.alerts.detail = alerts.map((a) => toDetail(a, run.waiting))
  const worst = run.waiting === undefined ? undefined : worstOverhead(alerts, run.waiting)
  if (worst !== undefined) {
    journal.data.overheadSeconds = worst.seconds
    journal.data.overhead = worst.detail
  }
  const lead = worst?.alert ?? alerts.find((a) => a.inFirstMessage) ?? earliest(alerts)
  if (lead?.signalAt !== undefined) {
    mark(run, 'signalAt', new Date(lead.signalAt), `first stored sample at which the expression of ${lead.name} holds`)
  }
  if (lead?.firingAt !== undefined) mark(run, 'firingAt', new Date(lead.firingAt), `ALERTS{alertname="${lead.name}"}`)
  if (lead?.notifiedAt !== undefined) {
    const id = notificationOf(run.observer.messages, run.drill.incident, lead.name)?.message.id
    mark(run, 'notifiedAt', new Date(lead.notifiedAt), `Slack message ${id ?? ''} names ${lead.name}`)
  } else if (proof.proven) mark(run, 'notifiedAt', proof.at, proof.text)
}

function earliest(alerts: readonly AlertTimes[]): AlertTimes | undefined {
  const fired = alerts.filter((a) => a.firingAt !== undefined)
  return fired.toSorted((a, b) => (a.firingAt ?? 0) - (b.firingAt ?? 0))[0]
}
