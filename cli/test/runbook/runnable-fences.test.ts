import { describe, expect, test } from '@jest/globals'
import { parseRunbook } from '../../src/runbook/parse.ts'
import { OUTAGE } from '../support/drillbook-folder.ts'

const INFO = '{"name":"look","expect":"== 1"}'
const FENCE = `\`\`\`promql ${INFO}\nup\n\`\`\``
const indented = (text: string, margin: string): string => text.replace(/^/gm, margin)

/** The runbook with a text in the step "Repair", below its three points. */
const withText = (text: string): string =>
  OUTAGE.replace('- **Goal:** whole again.\n', (goal) => `${goal}\nThen:\n\n${text}\n`)

const lineOf = (text: string, needle: string): number => text.slice(0, text.indexOf(needle)).split('\n').length

const namesIn = (text: string): string[] | undefined =>
  parseRunbook(text, 'r.md').runbook?.steps.flatMap((step) => step.blocks.map((block) => block.name))

describe('a fence that begins with promql or sh is a step, however it is written', () => {
  test.each([
    ['in capitals', FENCE.replace('promql', 'PromQL')],
    ['with four backticks', FENCE.replaceAll('```', '````')],
    ['with tildes', FENCE.replaceAll('```', '~~~')],
    ['with blanks before the language', FENCE.replace('promql', '  promql')],
    ['indented by three blanks', indented(FENCE, '   ')],
    ['below a heading of its own', `#### In detail\n\n${FENCE}`],
    ['right below a paragraph', `Look first:\n${FENCE}`],
    ['after HTML that a blank line ends', `<details>\n\n${FENCE}\n\n</details>`],
  ])('%s', (_, text) => {
    expect(namesIn(withText(text))).toContain('look')
  })

  test('sh in capitals, too', () => {
    expect(namesIn(withText('```SH {"name":"look","kind":"check"}\ndrillbook alerts\n```'))).toContain('look')
  })

  test('with line ends of Windows', () => {
    expect(namesIn(withText(FENCE).replaceAll('\n', '\r\n'))).toContain('look')
  })
})

describe('where it cannot be a step, it is a problem with its line', () => {
  test.each<[string, string, RegExp]>([
    ['in a list', `- Look:\n\n${indented(FENCE, '  ')}`, /move it out of the list/],
    ['as a list item', `1. ${FENCE.replaceAll('\n', '\n   ')}`, /move it out of the list/],
    ['below a point of the step', `- **Note:** see\n${indented(FENCE, '  ')}`, /move it out of the list/],
    ['in a quotation', indented(FENCE, '> '), /move it out of the quotation/],
    ['in a quotation in a list', indented(FENCE, '- > ').replaceAll('\n- >', '\n  >'), /move it out of the/],
    ['without a blank before the brace', FENCE.replace('promql ', 'promql'), /a blank belongs after promql/],
    ['with a colon behind the language', FENCE.replace('promql ', 'sh: '), /a blank belongs after sh/],
    ['indented as code', indented(FENCE, '    '), /indented by four blanks or more/],
    ['indented by a tab', indented(FENCE, '\t'), /indented by four blanks or more/],
    ['in a comment', `<!--\n${FENCE}\n-->`, /move it out of the HTML/],
    ['in HTML without a blank line', `<details>\n${FENCE}\n</details>`, /move it out of the HTML/],
    ['in another block', `\`\`\`\`markdown\n${FENCE}\n\`\`\`\``, /stands in the block that begins at line \d+/],
    ['behind a block that is not closed', `\`\`\`console\nls\n${FENCE}`, /stands in the block that begins at line \d+/],
    ['on one line', '```sh drillbook act repair```', /is no fence/],
    ['behind an invisible character', `\u200b${FENCE}`, /is no fence/],
  ])('%s', (_, text, message) => {
    const whole = withText(text)
    const { runbook, problems } = parseRunbook(whole, 'r.md')
    expect(runbook).toBeUndefined()
    const line = lineOf(whole, /(promql|sh)\W*( drillbook act repair```|.*"look")/.exec(whole)?.[0] ?? '')
    expect(problems).toContainEqual({ file: 'r.md', line, message: expect.stringMatching(message) })
  })

  test.each([
    ['before the first section', '## Meaning'],
    ['in a section without steps', '## Signs'],
    ['before the first step of a phase', '### Ask what changed'],
  ])('%s', (_, heading) => {
    const text = OUTAGE.replace(heading, `${FENCE}\n\n${heading}`)
    expect(parseRunbook(text, 'r.md').problems.map((p) => p.line)).toContain(lineOf(text, '"look"'))
  })

  test('a fence that is never closed', () => {
    const text = `${OUTAGE}\n${FENCE.slice(0, -3)}`
    expect(parseRunbook(text, 'r.md').problems).toContainEqual({
      file: 'r.md',
      line: lineOf(text, '```promql {"name":"look"'),
      message: 'the block is not closed: it ends with ```',
    })
  })

  test('a drillbook command for another shell', () => {
    const text = withText('```bash\ndrillbook act repair\n```')
    expect(parseRunbook(text, 'r.md').problems).toContainEqual({
      file: 'r.md',
      line: lineOf(text, '```bash'),
      message: expect.stringMatching(/a bash block is no step/),
    })
  })

  test('attributes without a language', () => {
    const text = withText(FENCE.replace('promql ', ''))
    expect(parseRunbook(text, 'r.md').problems).toContainEqual({
      file: 'r.md',
      line: lineOf(text, '{"name":"look"'),
      message: expect.stringMatching(/attributes and no language/),
    })
  })
})

test.each(['shell', 'bash', 'console', 'text', 'sh-session', 'json', ''])('a block of %p is prose', (language) => {
  const { runbook, problems } = parseRunbook(withText(`\`\`\`${language}\nkubectl get pods\n\`\`\``), 'r.md')
  expect(problems).toEqual([])
  expect(runbook?.steps.find((step) => step.title === 'Repair')?.prose).toContain('    kubectl get pods')
})
