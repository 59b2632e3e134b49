import { CliError } from '@drillbook/content/errors'
import { expect, test } from '@jest/globals'
import { walkRunbook } from '../../src/walk/walk-runbook.ts'
import { walksOfOutage } from './walks.ts'

const walks = walksOfOutage()

test('an abort in the middle of a wait is recorded, and the walk can be resumed', async () => {
  walks.prometheus.answers.set('latency', [3])
  const stop = new AbortController()
  const { options, incident } = walks.walkOf({
    signal: stop.signal,
    onStep: (s) => s.name === 'use-spare' && stop.abort(),
  })
  const error = await walkRunbook(options).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(CliError)
  expect(error).toMatchObject({ code: 'interrupted', hint: `Go on where it was: drillbook respond ${incident.id}` })
  expect(incident.state().walk?.ended).toBe('interrupted')
  walks.prometheus.answers.set('latency', [0.1])
  expect((await walkRunbook(walks.walkOf({ incident }).options)).ended).toBe('finished')
  expect(walks.paths()[0]).toEqual(['/source', '/repair'])
})

test('an abort in the middle of an act leaves its end unknown, and the next walk runs it again', async () => {
  const stop = new AbortController()
  const [first] = walks.instances
  if (first === undefined) throw new Error('two instances')
  first.answer = () => {
    stop.abort()
    return true
  }
  const { options, incident } = walks.walkOf({ signal: stop.signal })
  await expect(walkRunbook(options)).rejects.toMatchObject({ code: 'interrupted' })
  expect(incident.state().unfinishedAct).toMatchObject({ action: 'use-spare' })
  delete first.answer
  const again = walks.walkOf({ incident })
  await walkRunbook(again.options)
  expect(again.captured.stderr).toContain('its end is unknown: running it again')
  expect(first.calls.map((c) => c.path)).toEqual(['/source', '/source', '/repair'])
})
