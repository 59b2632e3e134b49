import { connect } from 'node:net'
import { messageOf } from '@drillbook/content/errors'

/** Undefined when the thing is ready, else why it is not. Never throws. */
export type Probe = () => Promise<string | undefined>

const TIMEOUT_MS = 1000
const NO_ANSWER = `no answer within ${TIMEOUT_MS} ms`

/** Ready when the answer's status is below 400 and its text fits. */
export function httpProbe(url: string, fits: (text: string) => boolean = () => true): Probe {
  return async () => {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    try {
      const response = await fetch(url, { signal })
      const text = await response.text()
      if (!response.ok) return `${url} answers ${response.status}`
      return fits(text) ? undefined : `${url} does not say what it should yet`
    } catch (error) {
      return signal.aborted ? NO_ANSWER : messageOf(error)
    }
  }
}

export function redisProbe(port: number): Probe {
  return () =>
    talk(port, Buffer.from('PING\r\n'), (answer) =>
      answer.startsWith('+PONG') ? undefined : `it answers ${answer.slice(0, 60).trim()}`,
    )
}

/** Ready when it answers and, as long as it is a replica, has its primary's data. */
export function redisStandbyProbe(port: number): Probe {
  return () =>
    talk(port, Buffer.from('INFO replication\r\n'), (answer) => {
      if (/^role:master/m.test(answer) || /^master_link_status:up/m.test(answer)) return undefined
      return /^role:/m.test(answer) ? 'it has no link to the primary yet' : undefined
    })
}

/** Ready when it asks for the password; while it starts or recovers it answers with an error instead. */
export function postgresProbe(port: number): Probe {
  const parameters = Buffer.from('user\0drillbook\0database\0drillbook\0\0')
  const startup = Buffer.alloc(8)
  startup.writeInt32BE(8 + parameters.length, 0)
  startup.writeInt32BE(196_608, 4) // protocol 3.0
  return () =>
    talk(port, Buffer.concat([startup, parameters]), (answer) =>
      answer.startsWith('R') ? undefined : `it says: ${answer.slice(5).replaceAll('\0', ' ').trim().slice(0, 100)}`,
    )
}

function talk(
  port: number,
  message: Buffer,
  judge: (answer: string) => string | undefined,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const end = (result: string | undefined) => {
      socket.destroy()
      resolve(result)
    }
    socket.setTimeout(TIMEOUT_MS, () => end(NO_ANSWER))
    socket.on('error', (error) => end(messageOf(error)))
    socket.on('connect', () => socket.write(message))
    socket.on('data', (data) => end(judge(data.toString('latin1'))))
    socket.on('end', () => end('it hung up'))
  })
}
