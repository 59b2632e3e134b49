import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { type CompileOptions, compile as command } from '../../src/commands/rules.ts'
import { capturedStdio } from '../support/captured-stdio.ts'
import { type Book, book } from './book.ts'
import { checkout } from './tool.ts'

const RULES = `groups:
  - name: jobs
    rules:
      - { alert: JobsStuck, expr: "rate(jobs_total[1m]) < 1", for: 1m, labels: { severity: warning, incident: jobs } }
`
let b: Book
beforeEach(() => {
  b = book()
  rmSync(b.root.alerts, { recursive: true })
  mkdirSync(join(b.root.alerts, 'rules'), { recursive: true })
  b.put('rules/jobs.yaml', RULES)
})
afterEach(() => b.remove())

const compile = async (options: Partial<CompileOptions> = {}) => {
  const { stdio, captured } = capturedStdio({ cwd: b.root.dir })
  await command(stdio, { out: b.out, ...options })
  return captured
}
const take = (...files: string[]) => {
  for (const file of files) cpSync(join(checkout.alerts, file), join(b.root.alerts, file))
}
const environment = (speed: number) => {
  mkdirSync(b.root.environments, { recursive: true })
  const text = `name: own\nspeed: ${speed}\nprometheus: { url: http://127.0.0.1:1 }\nincidents: [jobs]\n`
  writeFileSync(join(b.root.environments, 'own.yaml'), text)
}

describe('a drillbook whose Prometheus and Alertmanager are configured elsewhere', () => {
  test('has its rules compiled, and is told what to do there', async () => {
    environment(10)
    const { stdout, stderr } = await compile({ env: 'own', speed: 10 })
    expect(stdout).toBe(`${join(b.out, 'rules/jobs.yaml')}\n`)
    expect(parse(b.read('rules/jobs.yaml')).groups[0].rules[0]).toMatchObject({ expr: 'rate(jobs_total[6s]) < 1' })
    expect(stderr).toContain('There is no alerts/prometheus.yaml')
    expect(stderr).toContain('environment: own')
    expect(stderr).toContain('There is no alerts/alertmanager.yaml')
  })

  test('may keep one of the two files: that one is compiled', async () => {
    take('prometheus.yaml')
    const { stdout, stderr } = await compile({ environment: 'own', alertmanager: ['127.0.0.1:9'] })
    expect(stdout).toContain(join(b.out, 'prometheus.yaml'))
    expect(stderr).not.toContain('alerts/prometheus.yaml')
    expect(stderr).toContain('There is no alerts/alertmanager.yaml')
  })

  test.each<[string, Partial<CompileOptions>, string]>([
    ['--environment', { environment: 'own' }, 'prometheus.yaml'],
    ['--alertmanager', { alertmanager: ['127.0.0.1:9'] }, 'prometheus.yaml'],
    ['--slack-webhook-file', { slackWebhookFile: 'slack' }, 'alertmanager.yaml'],
    ['--heartbeat-url', { heartbeatUrl: 'http://127.0.0.1:9' }, 'alertmanager.yaml'],
  ])('is told that %s has nothing to fill in', async (option, options, file) => {
    await expect(compile(options)).rejects.toThrow(`there is no alerts/${file} in which ${option} could be filled in`)
  })
})

describe('the speed', () => {
  test('is that of the environment, unless the command says another', async () => {
    environment(5)
    await compile({ env: 'own' })
    expect(parse(b.read('rules/jobs.yaml')).groups[0].rules[0].for).toBe('12s')
    const { stderr } = await compile({ env: 'own', speed: 10 })
    expect(parse(b.read('rules/jobs.yaml')).groups[0].rules[0].for).toBe('6s')
    expect(stderr).toContain('environments/own.yaml says speed: 5')
  })
})
