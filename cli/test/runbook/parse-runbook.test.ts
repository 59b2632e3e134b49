import { readFileSync } from 'node:fs'
import { ProblemsError } from '@drillbook/content/errors'
import { findRoot } from '@drillbook/content/root'
import { describe, expect, test } from '@jest/globals'
import type { Environment } from '../../src/environment/environment.ts'
import { parseRunbook } from '../../src/runbook/parse.ts'
import { listRunbooks, readRunbook } from '../../src/runbook/read-runbook.ts'
import { validateAgainst } from '../../src/runbook/validate-against.ts'
import { drillbookFolder, OUTAGE } from '../support/drillbook-folder.ts'

const project = findRoot(import.meta.dirname)

/** The 1-based line on which the text stands first. */
function lineOf(text: string, needle: string): number {
  const at = text.indexOf(needle)
  if (at === -1) throw new Error(`${needle} does not stand in the text`)
  return text.slice(0, at).split('\n').length
}

test('a runbook is read into its phases, steps and blocks', () => {
  const { runbook, problems } = parseRunbook(OUTAGE, 'runbooks/outage.md')
  expect(problems).toEqual([])
  expect(runbook?.frontMatter.limitsMs).toEqual({ immediate: 900_000, short: 7_200_000, long: 604_800_000 })
  expect(runbook?.steps.map((s) => `${s.phase}/${s.title}/${s.blocks.map((b) => b.name).join('+')}`)).toEqual([
    'signs/Signs/sign-errors',
    'immediate/Ask what changed/',
    'immediate/Use the spare/use-spare+fast',
    'short-term/Repair/repair',
    'long-term/Buy a second one/',
    'afterwards/See that it is well/well',
  ])
  const [act, check] = runbook?.steps[2]?.blocks ?? []
  expect(act).toMatchObject({ type: 'act', action: 'use-spare', params: { reason: "it's out" }, undo: 'use-own' })
  expect(check).toMatchObject({ type: 'check', promql: 'latency', withinMs: 20_000, forMs: 2000, emptyHolds: false })
  expect(runbook?.steps[1]).toMatchObject({
    why: 'it matters.',
    method: 'ask.',
    goal: 'you know.',
    line: lineOf(OUTAGE, '### Ask what'),
  })
})

describe('what is wrong with a runbook is said with its line', () => {
  test.each<[string, string | RegExp, string, string, RegExp]>([
    [
      'a section is unknown',
      '## Impact',
      '## Damage',
      '## Damage',
      /^unknown section "## Damage"; the sections are: Meaning, Imp/,
    ],
    ['a section is empty', 'Users wait.', '', '## Impact', /^the section "## Impact" is empty$/],
    [
      'the attributes are no JSON',
      '{"name":"repair","kind":"act"}',
      '{name: repair}',
      '```sh {name',
      /^the attributes are no JSON/,
    ],
    [
      'a check is optional',
      '```sh {"name":"repair","kind":"act"}\ndrillbook act repair',
      '```sh {"name":"repair","kind":"check","optional":"true"}\ndrillbook alerts',
      '```sh {"name":"repair"',
      /^only an act may be optional/,
    ],
    ['there are no attributes', ' {"name":"repair","kind":"act"}', '', '```sh\n', /^the fence has no attributes/],
    ['an escaped quote', '"expect":"== 1"}', '"expect":"== \\"1\\""}', '{"name":"well"', /Markdown eats the backslash/],
    ['an unknown attribute', '"within":"20s"', '"wihtin":"20s"', '"wihtin"', /^unknown attribute wihtin$/],
    ['a number where a string belongs', '"within":"20s"', '"within":20', '"within":20', /^within: .*string/],
    ['a bad expectation', '">= 100"', '"about 100"', '"about 100"', /^expect: .*not "about 100"$/],
    [
      'a bad duration',
      '"for":"2s"',
      '"for":"2 seconds"',
      '"for"',
      /^for: a duration is like 30s, 5m or 1h, not "2 seconds"$/,
    ],
    [
      'two commands',
      'act repair\n',
      'act repair\ndrillbook alerts\n',
      '"name":"repair"',
      /exactly one command, not 2 lines/,
    ],
    ['a shell pipe', 'act repair\n', 'act repair | tee log\n', '"name":"repair"', /^a shell would act on \|/],
    [
      'another program',
      'drillbook act repair',
      'systemctl restart x',
      '"name":"repair"',
      /must be drillbook, not systemctl/,
    ],
    [
      'a check that changes something',
      '"repair","kind":"act"}\ndrillbook act repair',
      '"repair","kind":"check"}\ndrillbook lab down',
      '"name":"repair"',
      /"kind":"check" changes nothing/,
    ],
    [
      'an act that is none',
      'drillbook act repair',
      'drillbook lab down',
      '"name":"repair"',
      /"kind":"act" is drillbook act NAME/,
    ],
    [
      'an act that asks nobody',
      'act repair\n',
      'act repair --yes\n',
      '"name":"repair"',
      /takes only --param name=value, not --yes/,
    ],
    [
      'a name that is taken',
      '"name":"repair"',
      '"name":"use-spare"',
      '"name":"use-spare","kind":"act"}',
      /^the name use-spare is taken by line \d+$/,
    ],
    [
      'a step that does not say why',
      '- **Why:** it is broken.\n',
      '',
      '### Repair',
      /^the step "Repair" does not say \*\*Why:\*\*$/,
    ],
    ['another shell', '```sh {"name":"repair"', '```bash {"name":"repair"', '```bash', /^a bash block is no step/],
    ['limits that shrink', 'long: 1w', 'long: 1h', 'limits:', /limits must grow: immediate < short < long/],
    ['an unknown severity', 'severity: critical', 'severity: dreadful', 'severity:', /^front matter: severity/],
    ['no front matter', /^---[\s\S]*?---\n/, '', '\n', /^front matter is missing/],
  ])('%s', (_, from, to, needle, message) => {
    const text = OUTAGE.replace(from, to)
    const { runbook, problems } = parseRunbook(text, 'r.md')
    expect(runbook).toBeUndefined()
    expect(problems).toContainEqual({
      file: 'r.md',
      line: lineOf(text, needle),
      message: expect.stringMatching(message),
    })
  })

  test('a heading that is missing has no line', () => {
    expect(parseRunbook(OUTAGE.replace('## Impact\n\nUsers wait.\n', ''), 'r.md').problems).toEqual([
      { file: 'r.md', message: 'the section "## Impact" is missing' },
    ])
  })

  test('sections in the wrong order', () => {
    const swapped = OUTAGE.replace('## Meaning', '## X').replace('## Impact', '## Meaning').replace('## X', '## Impact')
    expect(parseRunbook(swapped, 'r.md').problems).toEqual([
      {
        file: 'r.md',
        line: lineOf(swapped, '## Meaning'),
        message: expect.stringMatching(/^"## Meaning" stands after "## Impact"/),
      },
    ])
  })

  test('all problems at once, in the order of their lines', () => {
    const text = OUTAGE.replace('severity: critical', 'severity: dreadful')
      .replace('">= 100"', '"lots"')
      .replace('drillbook act repair', 'reboot')
    const wanted = ['severity:', '"lots"', '"name":"repair"'].map((needle) => lineOf(text, needle))
    expect(parseRunbook(text, 'r.md').problems.map((p) => p.line)).toEqual(wanted)
  })
})

describe('the runbooks of this project', () => {
  test('are all readable', () => {
    const { runbooks, problems } = listRunbooks(project)
    expect(problems).toEqual([])
    expect(runbooks.map((r) => r.frontMatter.incident)).toEqual(expect.arrayContaining(['cache-outage', 'monitoring']))
  })

  test('begin with the question what changed', () => {
    for (const { steps } of listRunbooks(project).runbooks) {
      expect(steps.find((s) => s.phase === 'immediate')?.title).toMatch(/what changed/)
    }
  })

  test('cache-outage promotes the standby before it is used, and restarts nothing before that', () => {
    const acts = readRunbook(project, 'cache-outage').steps.flatMap((s) =>
      s.blocks.filter((b) => b.type === 'act').map((b) => b.action),
    )
    expect(acts).toEqual([
      'bypass-cache',
      'show-banner',
      'promote-standby-cache',
      'use-standby-cache',
      'use-cache',
      'warm-up-cache',
      'restart-cache',
      'cache-follow-standby',
      'promote-cache',
      'use-primary-cache',
      'standby-follow-cache',
      'clear-banner',
    ])
  })

  test('an unknown incident names those that there are', () => {
    expect(() => readRunbook(project, 'flood')).toThrow(/no runbook for flood/)
    expect(() => readRunbook(project, '../README')).toThrow(/no runbook/)
  })
})

test('what the environment cannot do is found before the walk', () => {
  const runbook = parseRunbook(OUTAGE, 'r.md').runbook
  if (runbook === undefined) throw new Error('OUTAGE is a runbook')
  const environment = (actions: Environment['actions']) =>
    ({ name: 'here', shownAs: 'environments/here.yaml', actions }) as Environment
  const useSpare = lineOf(OUTAGE, '"name":"use-spare"')
  const plain = { ops: { method: 'PUT' as const, path: '/x' }, timeout: '1s', params: {} }
  expect(validateAgainst(runbook, environment(new Map([['use-spare', plain]])))).toEqual([
    { file: 'r.md', line: useSpare, message: expect.stringMatching(/has no parameter reason/) },
    {
      file: 'r.md',
      line: useSpare,
      message: 'use-spare is undone by use-own here, but by nothing in the environment here',
    },
    {
      file: 'r.md',
      line: lineOf(OUTAGE, '"name":"repair"'),
      message: 'actions.repair is missing in environments/here.yaml',
    },
  ])
})

test('a file that is named unlike its incident is refused', () => {
  const { root, remove } = drillbookFolder({
    prometheusUrl: 'http://127.0.0.1:1',
    opsUrls: ['http://127.0.0.1:1'],
    runbook: OUTAGE.replace('incident: outage', 'incident: other'),
  })
  try {
    expect(() => readRunbook(root, 'outage')).toThrow(ProblemsError)
  } finally {
    remove()
  }
})

test('every example in runbooks/README.md is what the parser accepts', () => {
  const readme = readFileSync(`${project.runbooks}/README.md`, 'utf8')
  const fences = [...readme.matchAll(/^```(?:promql|sh) \{.*\}$[\s\S]*?^```$/gm)].map((m) => m[0])
  expect(fences.length).toBeGreaterThanOrEqual(2)
  const text = OUTAGE.replace(/```promql \{"name":"fast"[\s\S]*?```/, fences.join('\n\n')).replace(
    '"name":"use-spare"',
    '"name":"other"',
  )
  expect(parseRunbook(text, 'r.md').problems).toEqual([])
})
