import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { CliError } from '@drillbook/content/errors'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { check } from '../../src/commands/check.ts'
import { compile } from '../../src/commands/rules.ts'
import { capturedStdio } from '../support/captured-stdio.ts'

const CHECKOUT = resolve(import.meta.dirname, '../../..')

let dir: string
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'drillbook-elsewhere-')))
})
afterEach(() => rmSync(dir, { recursive: true }))

describe('outside of any drillbook the content beside the command is read, and that is said', () => {
  const note = () => `There is no drillbook.yaml at or above ${dir}: this is the content of ${CHECKOUT}.\n`

  test('by check, lest somebody takes it for a look at his own', async () => {
    const { stdio, captured } = capturedStdio({ cwd: dir })
    await check(stdio, {})
    expect(captured.stderr).toContain(note())
  })

  test('by rules compile', async () => {
    const { stdio, captured } = capturedStdio({ cwd: dir })
    await compile(stdio, { out: 'compiled' })
    expect(captured.stderr).toContain(note())
  })

  test('but not in a drillbook', async () => {
    writeFileSync(join(dir, 'drillbook.yaml'), '')
    const { stdio, captured } = capturedStdio({ cwd: dir })
    await expect(check(stdio, {})).rejects.toThrow(CliError)
    expect(captured.stderr).not.toContain('There is no drillbook.yaml')
  })

  test('and an empty drillbook is told how to begin', async () => {
    writeFileSync(join(dir, 'drillbook.yaml'), '')
    const { stdio } = capturedStdio({ cwd: dir })
    await expect(compile(stdio, { out: 'compiled' })).rejects.toMatchObject({
      message: `there are no alert rules in ${join(dir, 'alerts/rules')}`,
      hint: 'Begin with: drillbook new incident NAME',
    })
  })
})
