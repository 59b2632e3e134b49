import { describe, expect, test } from '@jest/globals'
import { type Asker, unattended } from '../../src/walk/asker.ts'
import { walkRunbook } from '../../src/walk/walk-runbook.ts'
import { walksOfOutage } from './walks.ts'

const walks = walksOfOutage()

describe('with a person who answers', () => {
  /** Answers by name of the step or the action; else as nobody would. */
  const asker = (answers: Partial<Asker>): Asker => ({ ...unattended, ...answers })

  test('a skipped act does not run; a manual step keeps the note', async () => {
    const { options } = walks.walkOf({
      mode: 'interactive',
      asker: asker({
        act: async ({ block }) => (block.action === 'repair' ? 'skip' : 'run'),
        manual: async (step) =>
          step.slug === 'ask-what-changed' ? { outcome: 'done', note: 'Ann deployed' } : { outcome: 'skipped' },
      }),
    })
    const { steps } = await walkRunbook(options)
    expect(steps.find((s) => s.name === 'ask-what-changed')).toMatchObject({ outcome: 'done', note: 'Ann deployed' })
    expect(steps.find((s) => s.name === 'repair')?.outcome).toBe('skipped')
    expect(walks.paths()).toEqual([['/source'], ['/source']])
  })

  test('stopping ends the walk, and the next one goes on at the same step', async () => {
    const first = walks.walkOf({
      mode: 'interactive',
      asker: asker({ act: async ({ block }) => (block.action === 'repair' ? 'stop' : 'run') }),
    })
    expect((await walkRunbook(first.options)).ended).toBe('stopped')
    const second = walks.walkOf({ incident: first.incident })
    const { ended, steps } = await walkRunbook(second.options)
    expect(ended).toBe('finished')
    expect(steps).toHaveLength(7)
    expect(walks.paths()).toEqual([
      ['/source', '/repair'],
      ['/source', '/repair'],
    ])
    expect(second.captured.stderr).toContain('The walk was stopped after 4 steps; going on there.')
    expect(second.captured.stderr).not.toContain('Ask what changed')
  })

  test('a walk that reached its end is not resumed: the next one begins anew', async () => {
    const first = walks.walkOf()
    await walkRunbook(first.options)
    await walkRunbook(walks.walkOf({ incident: first.incident }).options)
    expect(walks.paths()[0]).toEqual(['/source', '/repair', '/source', '/repair'])
  })

  test('a failed act can be tried again', async () => {
    let broken = true
    for (const instance of walks.instances) {
      instance.answer = ({ path }, response) => {
        if (path !== '/repair' || !broken) return false
        response.statusCode = 500
        response.end('no')
        return true
      }
    }
    const failed: string[] = []
    const { options } = walks.walkOf({
      mode: 'interactive',
      asker: asker({
        failed: async (name) => {
          failed.push(name)
          broken = false
          return 'retry'
        },
      }),
    })
    const { steps } = await walkRunbook(options)
    expect(failed).toEqual(['repair'])
    expect(steps.find((s) => s.name === 'repair')?.outcome).toBe('done')
  })

  test('with Prometheus down the person judges', async () => {
    await walks.prometheus.close()
    const { options } = walks.walkOf({
      mode: 'interactive',
      asker: asker({ byHand: async () => ({ outcome: 'done', note: 'I looked' }) }),
    })
    const { steps } = await walkRunbook(options)
    expect(steps.find((s) => s.name === 'fast')).toMatchObject({ outcome: 'done', note: 'I looked' })
  })

  test('a check that failed when the walk was stopped is done again', async () => {
    walks.prometheus.answers.set('latency', [3])
    const first = walks.walkOf({ mode: 'interactive', asker: asker({ failed: async () => 'stop' }) })
    expect((await walkRunbook(first.options)).ended).toBe('stopped')
    walks.prometheus.answers.set('latency', [0.1])
    const { steps } = await walkRunbook(walks.walkOf({ incident: first.incident }).options)
    expect(steps.find((s) => s.name === 'fast')?.outcome).toBe('done')
    expect(walks.paths()[0]).toEqual(['/source', '/repair'])
  })
})
