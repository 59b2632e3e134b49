import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Root, rootAt } from '@drillbook/content/root'

export const TOKEN = 'a-token-of-the-test'

/** A small incident class: one sign, four steps, of which one is by hand. */
export const OUTAGE = `---
title: The thing is out
incident: outage
alerts: [ThingDown]
severity: critical
owner: on-call
limits: { immediate: 15m, short: 2h, long: 1w }
---

## Meaning

It is out.

## Impact

Users wait.

## Signs

\`\`\`promql {"name":"sign-errors","expect":">= 100"}
errors
\`\`\`

## Immediate

### Ask what changed

- **Why:** it matters.
- **Method:** ask.
- **Goal:** you know.

### Use the spare

- **Why:** it works.
- **Method:** a switch.
- **Goal:** relief.

\`\`\`sh {"name":"use-spare","kind":"act","undo":"use-own"}
drillbook act use-spare --param reason="it's out"
\`\`\`

\`\`\`promql {"name":"fast","expect":"<= 200ms","within":"20s","for":"2s"}
latency
\`\`\`

## Short term

### Repair

- **Why:** it is broken.
- **Method:** restart.
- **Goal:** whole again.

\`\`\`sh {"name":"repair","kind":"act"}
drillbook act repair
\`\`\`

## Long term

### Buy a second one

- **Why:** one is none.
- **Method:** money.
- **Goal:** two.

## Afterwards

### See that it is well

- **Why:** hope is no plan.
- **Method:** look.
- **Goal:** quiet.

\`\`\`promql {"name":"well","expect":"== 1"}
up
\`\`\`
`

/** Where it reaches what it talks to, and what is not as usual in it. */
export interface FolderOptions {
  prometheusUrl: string
  opsUrls: string[]
  runbook?: string
  production?: boolean
  actions?: string
  extra?: string
}

/** A drillbook of its own in a temporary folder, with the environment \`test\` at speed 10. */
export function drillbookFolder(options: FolderOptions): { root: Root; remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), 'drillbook-test-'))
  for (const folder of ['runbooks', 'environments', 'alerts']) mkdirSync(join(dir, folder))
  writeFileSync(join(dir, 'drillbook.yaml'), 'version: 1\n')
  writeFileSync(join(dir, 'token'), `${TOKEN}\n`)
  writeFileSync(join(dir, 'runbooks', 'outage.md'), options.runbook ?? OUTAGE)
  writeFileSync(
    join(dir, 'environments', 'test.yaml'),
    `name: test
production: ${options.production === true}
speed: 10
prometheus: { url: "${options.prometheusUrl}" }
ops: { urls: ${JSON.stringify(options.opsUrls)}, tokenFile: ../token }
${options.extra ?? ''}
actions:
${
  options.actions ??
  `  use-spare: { ops: { method: PUT, path: /source, json: { source: spare, reason: "\${reason}" } }, undo: use-own, params: { reason: { type: string } } }
  use-own: { ops: { method: PUT, path: /source, json: { source: own } } }
  repair: { ops: { method: POST, path: /repair, json: {} } }`
}
`,
  )
  return { root: rootAt(dir), remove: () => rmSync(dir, { recursive: true, force: true }) }
}
