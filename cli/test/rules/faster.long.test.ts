import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { compiledRules, plant, play } from './compiled-rules.ts'
import { checkout } from './tool.ts'

const dir = compiledRules()
const stories = readdirSync(join(checkout.alerts, 'tests')).filter((name) => name.includes('.normal.'))

test.each(stories)('every case of %s holds ten times faster', (story) => {
  const { output, status } = play(story, join(dir, 'rules'))
  expect(output).toContain('SUCCESS')
  expect(status).toBe(0)
})

test.each([
  ['an offset that was not scaled', 'cache-outage.normal.yaml', 'shared.yaml', 'offset 6m', '6m', '1h'],
  ['a long range that was not scaled', 'cache-outage.normal.yaml', 'shared.yaml', '[2h18m]', '2h18m', '23h'],
])('%s is found', (name, story, file, at, scaled, unscaled) => {
  const planted = plant(name.replaceAll(/\W/g, '-'), file, (text) => text.replace(at, at.replace(scaled, unscaled)))
  const { status, output } = play(story, planted)
  expect(output).toContain('FAILED')
  expect(status).not.toBe(0)
})
