import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What somebody else may put into a label, a note or an answer: each part does something to a terminal. */
const PARTS = {
  'a line that looks like ours': '\n-> drillbook respond evil\n',
  'a carriage return': '\rok',
  'an escape sequence': '\u001b[2J\u001b[31m',
  'the clipboard (OSC 52)': '\u001b]52;c;ZXZpbA==\u0007',
  'C1 control characters': '\u009b2J\u0085',
  'the direction of text': '\u202e\u2066\u200f\u061c',
  'line and paragraph separators': '\u2028\u2029',
  'what cannot be seen': '\u{e0041}\u200b\ufeff\u007f',
}
export const EVIL = `x${Object.values(PARTS).join('')}y`

const RAW = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}\p{Cs}]/u

/** What a printed text does that it should not. Nothing: it is harmless. */
export function harmOf(printed: string): string[] {
  return printed.split('\n').flatMap((line) => {
    const raw = RAW.exec(line.replaceAll('\t', ''))?.[0]
    return [
      ...(raw === undefined ? [] : [`U+${raw.codePointAt(0)?.toString(16)} is raw in ${JSON.stringify(line)}`]),
      ...(/^\s*-> drillbook respond evil/.test(line) ? [`a forged line: ${line}`] : []),
    ]
  })
}

/** A Prometheus whose labels, annotations and complaints are somebody else's. A query `refuse` is refused. */
export async function evilPrometheus(): Promise<{ url: string; close(): Promise<void> }> {
  const labels = { alertname: EVIL, incident: EVIL, severity: EVIL, service: EVIL, [EVIL]: EVIL }
  const annotations = { summary: EVIL, description: EVIL }
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (url.searchParams.get('query') === 'refuse') {
      response.statusCode = 400
      response.end(JSON.stringify({ status: 'error', error: EVIL }))
      return
    }
    const metric = { __name__: EVIL, ...labels }
    const result = [metric, { ...metric, service: 'other' }].map((each) => ({ metric: each, value: [1, '400'] }))
    const rule = {
      type: 'alerting',
      name: EVIL,
      query: 'x',
      labels,
      alerts: [{ labels, annotations, state: 'firing', activeAt: '2026-11-21T03:15:00Z' }],
    }
    const rules = { groups: [{ interval: 1, rules: [rule] }] }
    const data = url.pathname.endsWith('/rules') ? rules : { resultType: 'vector', result }
    response.end(JSON.stringify({ status: 'success', data }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
