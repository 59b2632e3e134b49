import { expect, test } from '@jest/globals'
import { parseRunbook } from '../../src/runbook/parse.ts'
import { OUTAGE } from '../support/drillbook-folder.ts'

/** How a section that explains reads on a terminal. */
function impactOf(markdown: string): string | undefined {
  const { runbook, problems } = parseRunbook(OUTAGE.replace('Users wait.', markdown), 'r.md')
  expect(problems).toEqual([])
  return runbook?.sections.Impact
}

test.each([
  ['a link keeps its address', 'Ask the [owner](https://a.example).', 'Ask the owner (https://a.example).'],
  [
    'so does one whose address stands elsewhere',
    'Ask the [owner][own], the [team] or [us][].\n\n[own]: https://a.example/1\n[team]: https://a.example/2\n[us]: https://a.example/3',
    'Ask the owner (https://a.example/1), the team (https://a.example/2) or us (https://a.example/3).',
  ],
  ['a reference to nothing stays as it is', 'Ask the [owner][own].', 'Ask the [owner][own].'],
  ['an image is its text and its address', 'See ![the map](map.png).', 'See the map (map.png).'],
  ['an image by reference, too', 'See ![the map][m].\n\n[m]: map.png', 'See the map (map.png).'],
  [
    'a table keeps its rows',
    '| who | when |\n|---|---|\n| Ann | *day* |\n| Bob | night |',
    '| who | when |\n|---|---|\n| Ann | day |\n| Bob | night |',
  ],
  ['other lines of a paragraph are joined', 'one\ntwo', 'one two'],
])('%s', (_, markdown, text) => {
  expect(impactOf(markdown)).toBe(text)
})

test('a step finds the address that stands at the end of the file', () => {
  const text = `${OUTAGE.replace('**Method:** ask.', '**Method:** ask [Ann][a].')}\n[a]: https://a.example\n`
  const { runbook } = parseRunbook(text, 'r.md')
  expect(runbook?.steps.find((step) => step.slug === 'ask-what-changed')?.method).toBe('ask Ann (https://a.example).')
})
