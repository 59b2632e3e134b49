import { scaledMs } from '../../environment/environment.ts'
import type { Proof } from '../delivery-proof.ts'
import { lastResolved } from '../message.ts'
import { mark, NotProven, PhaseFailure, type Run, waitFor } from '../run.ts'

/** Nothing fires any more, and the message that says so arrived: read back, or counted by Alertmanager. */
export async function resolve(run: Run): Promise<string> {
  const { drill, environment, observer } = run
  const readable = environment.slack?.received !== undefined
  const look = () => (readable ? readBack(run) : counted(run))
  const proof = await waitFor(run, scaledMs(environment, drill.limitsMs.resolve), async () => {
    const now = look()
    return observer.isQuiet && now.proven ? now : undefined
  })
  if (proof !== undefined) {
    mark(run, 'resolvedAt', proof.at, proof.text)
    return proof.text
  }
  const firing = [...observer.firing]
  if (firing.length > 0) throw new PhaseFailure(`still firing: ${firing.join(', ')}`)
  if (!observer.isQuiet)
    throw new NotProven('the end of the alerts', observer.unseen('alerts') ?? 'Prometheus does not tell')
  const { text } = look()
  if (readable && observer.slackUnreadable === undefined) throw new PhaseFailure(text)
  throw new NotProven('the delivery of the resolved message', text)
}

function readBack({ drill, observer }: Run): Proof {
  const message = lastResolved(observer.messages, drill.incident)
  if (message !== undefined) {
    const at = new Date(message.receivedAt)
    return { proven: true, at, text: `read back: Slack received the resolved message ${message.id}` }
  }
  return { proven: false, text: observer.slackUnreadable ?? 'the resolved message was not delivered' }
}

function counted({ environment, observer }: Run): Proof {
  const nobody = `${environment.name} names neither slack.received nor alertmanager`
  return observer.delivery?.resolved(Date.now()) ?? { proven: false, text: nobody }
}
