import { request } from 'node:http'
import { z } from 'zod'
import { decodeResponse, encodeCall, XmlRpcFault, type XmlRpcValue } from './xml-rpc.ts'

const ALREADY_STARTED = 60
const NOT_RUNNING = 70
const TIMEOUT_MS = 5000

const processInfo = z.object({
  name: z.string(),
  /** STOPPED STARTING RUNNING BACKOFF STOPPING EXITED FATAL UNKNOWN */
  statename: z.string(),
  /** 0 when it does not run. */
  pid: z.number(),
  spawnerr: z.string(),
  /** Unix seconds. */
  start: z.number(),
})
export type ProgramState = z.infer<typeof processInfo>

/** supervisord's own interface on its Unix socket: ten times faster than starting `supervisorctl` for every word. */
export class Supervisor {
  private readonly socketPath: string

  constructor(socketPath: string) {
    this.socketPath = socketPath
  }

  /** Does it answer? */
  async answers(): Promise<boolean> {
    try {
      await this.call('supervisor.getState')
      return true
    } catch {
      return false // whatever the reason, nobody is there to talk to
    }
  }

  /** Starts without waiting until it runs. */
  async start(name: string): Promise<void> {
    try {
      await this.call('supervisor.startProcess', name, false)
    } catch (error) {
      if (!(error instanceof XmlRpcFault && error.faultCode === ALREADY_STARTED)) throw error
    }
  }

  /** Asks it to stop, without waiting until it has. */
  async stop(name: string): Promise<void> {
    try {
      await this.call('supervisor.stopProcess', name, false)
    } catch (error) {
      if (!(error instanceof XmlRpcFault && error.faultCode === NOT_RUNNING)) throw error
    }
  }

  /** `signal`: HUP, TERM ... */
  async signal(name: string, signal: string): Promise<void> {
    await this.call('supervisor.signalProcess', name, signal)
  }

  async programs(): Promise<ProgramState[]> {
    return z.array(processInfo).parse(await this.call('supervisor.getAllProcessInfo'))
  }

  /** Asks every program to stop, all at once. */
  async stopAll(): Promise<void> {
    await this.call('supervisor.stopAllProcesses', false)
  }

  async shutdown(): Promise<void> {
    await this.call('supervisor.shutdown')
  }

  private call(method: string, ...params: (string | boolean)[]): Promise<XmlRpcValue> {
    const body = encodeCall(method, params)
    return new Promise((resolve, reject) => {
      const call = request(
        {
          socketPath: this.socketPath,
          path: '/RPC2',
          method: 'POST',
          headers: { host: 'supervisor', 'content-type': 'text/xml', 'content-length': Buffer.byteLength(body) },
          timeout: TIMEOUT_MS,
        },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () => {
            try {
              resolve(decodeResponse(Buffer.concat(chunks).toString('utf8')))
            } catch (error) {
              reject(error)
            }
          })
        },
      )
      call.on('timeout', () => call.destroy(new Error(`supervisord did not answer within ${TIMEOUT_MS} ms`)))
      call.on('error', reject)
      call.end(body)
    })
  }
}
