import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fill } from '@drillbook/content/text/fill'
import { describe, expect, test } from '@jest/globals'
import { forSupervisor } from '../src/layout/for-supervisor.ts'
import { DATABASE, PARTS } from '../src/parts/parts.ts'
import { resolvePorts } from '../src/parts/ports.ts'
import { findPrograms, missingPrograms } from '../src/parts/programs.ts'
import { decodeResponse, encodeCall } from '../src/supervisor/xml-rpc.ts'
import { CHECKOUT } from './lab-process.ts'

describe('the order of the start', () => {
  const needsOf = (name: string): string[] => {
    const needs = PARTS.find((part) => part.name === name)?.needs ?? []
    return [...needs, ...needs.flatMap(needsOf)]
  }

  test('has Prometheus after the database, which may take long: what waits for it and is not there yet would be an alert', () => {
    const waiting = PARTS.filter(({ name }) => needsOf(name).includes(DATABASE)).map(({ name }) => name)
    expect(waiting).toEqual(expect.arrayContaining(['worker', 'api-1', 'traffic', 'prometheus']))
  })
})

describe('ports', () => {
  test('are shifted together, and chosen singly', () => {
    expect(resolvePorts(100, ['gateway=20000'])).toMatchObject({ gateway: 20_000, 'api-1': 18_101, prometheus: 19_190 })
  })

  test('may not be given to two parts', () => {
    expect(() => resolvePorts(0, ['api-1=18080'])).toThrow('api-1 and gateway would both be on 18080')
  })

  test('may not leave the range', () => {
    expect(() => resolvePorts(60_000, [])).toThrow('--port-offset has to be from -14408 to 46279, not 60000')
    expect(() => resolvePorts(-18_000, [])).toThrow('not -18000')
    expect(resolvePorts(46_279, [])['process-exporter']).toBe(65_535)
    expect(() => resolvePorts(0, ['gateway=80'])).toThrow('gateway: 80 is not from 1024 to 65535')
  })
})

describe('programs', () => {
  const all = missingPrograms({}, [])

  test('that are missing are named all at once, with the one line that installs them', () => {
    expect(all.map((m) => m.program)).toContain('redis-server')
    expect(() => findPrograms({}, [])).toThrow(/redis-server, redis-cli, prometheus, .*postgres/)
    try {
      findPrograms({}, [])
    } catch (error) {
      expect(error).toMatchObject({
        exitStatus: 3,
        hint: expect.stringMatching(/^On Debian: apt-get install -y --no-install-recommends redis-server redis-tools /),
      })
    }
  })

  test('are the same as those that the set-up script installs', () => {
    const script = readFileSync(join(CHECKOUT, 'cli/bin/set-up.js'), 'utf8')
    const list = /const PACKAGES = \{([^}]*)\}/.exec(script)?.[1] ?? ''
    const packages = [...list.matchAll(/'?([\w-]+)'?: '([\w-]+)',/g)].map(([, program, debianPackage]) => [
      program,
      debianPackage,
    ])
    expect(packages).toEqual(all.map((m) => [m.program, m.debianPackage]))
  })
})

describe('templates', () => {
  test('refuse a placeholder that has no value', () => {
    expect(fill(`a \${b.c} $d`, { 'b.c': 1 }, 'file')).toBe('a 1 $d')
    expect(() => fill(`\${sofa}`, {}, 'nginx.conf')).toThrow('nginx.conf has a placeholder without a value: sofa')
  })

  test('give supervisord paths in its own quoting, and refuse what it cannot read', () => {
    expect(forSupervisor('/a b/100%/"c"\\d')).toBe('/a b/100%%/\\"c\\"\\\\d')
    expect(() => forSupervisor('/a ;b')).toThrow('supervisord cannot be told')
  })
})

describe('XML-RPC', () => {
  const response = (value: string) =>
    `<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n${value}\n</param>\n</params>\n</methodResponse>\n`

  test('calls are escaped', () => {
    expect(encodeCall('supervisor.startProcess', ['a<b&c', false])).toContain(
      '<string>a&lt;b&amp;c</string></value></param><param><value><boolean>0</boolean>',
    )
  })

  test('answers of every kind that supervisord gives are read', () => {
    const struct = `<value><struct>
<member>
<name>name</name>
<value><string>a &lt;b&gt; &amp;lt;</string></value>
</member>
<member>
<name>pid</name>
<value><int>12</int></value>
</member>
<member>
<name>spawnerr</name>
<value><string></string></value>
</member>
</struct></value>`
    expect(
      decodeResponse(
        response(`<value><array><data>\n${struct}\n<value><boolean>1</boolean></value>\n</data></array></value>`),
      ),
    ).toEqual([{ name: 'a <b> &lt;', pid: 12, spawnerr: '' }, true])
    expect(decodeResponse(response('<value><array><data>\n</data></array></value>'))).toEqual([])
    expect(decodeResponse(response('<value>bare</value>'))).toBe('bare')
  })

  test('a fault is thrown with its number, and what is no answer is told', () => {
    const fault = `<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>60</int></value></member>
<member><name>faultString</name><value><string>ALREADY_STARTED: api</string></value></member></struct></value></fault></methodResponse>`
    expect(() => decodeResponse(fault)).toThrow(
      expect.objectContaining({ faultCode: 60, message: 'ALREADY_STARTED: api' }),
    )
    expect(() => decodeResponse('<html>')).toThrow('not an XML-RPC answer')
  })
})
