import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { readSigns } from '../src/rules/signs.ts'
import { committedText, FILES, GENERATED, HAND_WRITTEN, RULES } from './committed.ts'

const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts')

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drillbook-dashboards-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

function main(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH }, // with FORCE_COLOR, as jest's workers have it, and NO_COLOR Node warns
  })
  return { status, stdout, stderr }
}

describe('the generator', () => {
  test('finds the committed files current', () => {
    expect(main('--check')).toEqual({ status: 0, stdout: '', stderr: '' })
  })

  test('writes the same bytes each time', () => {
    expect(main('--out', dir)).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(readdirSync(dir).sort()).toEqual([...FILES])
    for (const file of FILES) expect(readFileSync(join(dir, file), 'utf8')).toBe(committedText(file))
  })

  test('names each file that is missing, changed, or belongs to no dashboard, and exits 1', () => {
    main('--out', dir)
    rmSync(join(dir, 'cache.json'))
    appendFileSync(join(dir, 'service-overview.json'), ' ')
    writeFileSync(join(dir, 'old.json'), '{}')
    expect(main('--check', '--out', dir)).toEqual({
      status: 1,
      stdout: '',
      stderr: [
        'dashboards/cache.json is missing',
        'dashboards/service-overview.json is not current',
        'dashboards/old.json belongs to no dashboard in src',
        'npm run dashboards brings them up to date',
        '',
      ].join('\n'),
    })
  })

  test('changes no file when it cannot write one', () => {
    main('--out', dir)
    writeFileSync(join(dir, 'cache.json'), 'as it was')
    mkdirSync(join(dir, '.waiting-room.json.new'))
    expect(main('--out', dir).status).not.toBe(0)
    expect(readFileSync(join(dir, 'cache.json'), 'utf8')).toBe('as it was')
    expect(readdirSync(dir).filter((name) => name.endsWith('.new'))).toEqual(['.waiting-room.json.new'])
  })

  test('links to the runbooks once it knows where they can be read', () => {
    main('--out', dir, '--runbook-base', 'https://git.example.com/drillbook/blob/main/')
    const linksOf = (file: string) => JSON.parse(readFileSync(join(dir, file), 'utf8')).links.slice(1) // without siblings
    const link = (incident: string) =>
      expect.objectContaining({
        title: `Runbook: ${incident}`,
        url: `https://git.example.com/drillbook/blob/main/runbooks/${incident}.md`,
      })
    const linked = HAND_WRITTEN.filter((file) => linksOf(file).length > 0)
    expect(linked).toEqual(expect.arrayContaining(['cache.json', 'service-overview.json'])) // those that draw an alert
    for (const file of linked) expect(linksOf(file)).toEqual([link('cache-outage')])
    expect(linksOf(GENERATED)).toEqual([...readSigns(RULES).keys()].map(link))
  })

  test.each([
    [['--chekc'], "Unknown option '--chekc'"],
    [['--runbook-base', 'https://git.example.com'], '--runbook-base needs --out'],
    [['extra'], "Unexpected argument 'extra'"],
  ])('exits 2 on %j and says why', (args, reason) => {
    const { status, stderr } = main(...args)
    expect(status).toBe(2)
    expect(stderr).toContain(reason)
  })
})
