import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { compiledRules, plant, play } from './compiled-rules.ts'
import { checkout } from './tool.ts'

const dir = compiledRules()
/** Stories of a day (`*.normal.yaml`) take promtool half a minute: faster.long.test.ts. */
const stories = readdirSync(join(checkout.alerts, 'tests')).filter((name) => !name.includes('.normal.'))

test.each(stories)('every case of %s holds ten times faster', (story) => {
  const { output, status } = play(story, join(dir, 'rules'))
  expect(output).toContain('SUCCESS')
  expect(status).toBe(0)
})

test.each([
  [
    'a range that was not scaled',
    'cache-outage.yaml',
    'cache-outage.yaml',
    'cache_lookups_total{result="error"}[6s]',
    '[6s]',
    '[1m]',
  ],
  ['a `for` that was not scaled', 'cache-outage.yaml', 'cache-outage.yaml', 'for: 3s', '3s', '30s'],
  [
    'a keep_firing_for that was not scaled',
    'cache-outage.yaml',
    'cache-outage.yaml',
    'keep_firing_for: 6s',
    '6s',
    '1m',
  ],
])('%s is found', (name, story, file, at, scaled, unscaled) => {
  const planted = plant(name.replaceAll(/\W/g, '-'), file, (text) => text.replace(at, at.replace(scaled, unscaled)))
  const { status, output } = play(story, planted)
  expect(output).toContain('FAILED')
  expect(status).not.toBe(0)
})
