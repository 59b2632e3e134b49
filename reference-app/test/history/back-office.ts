import type { Charge } from '../../src/programs/payment-provider/charge.ts'
import { PaymentProvider } from '../support/payment-provider.ts'
import type { Process } from '../support/processes.ts'
import { Worker, type WorkerOptions } from '../support/worker.ts'

/** Every way to fail that a provider has, often enough to be met within seconds. A restart makes it good, so it is told again. */
const TEMPER = { latencyMs: 10, latencyJitterMs: 40, declineRatio: 0.1, failRatio: 0.15, resetRatio: 0.15 }

/** Who brings orders to their end: workers, of which there are several so that one can fail, and two payment providers. */
export class BackOffice {
  private readonly providers: PaymentProvider[]
  private readonly workers: Worker[] = []
  private readonly staff: Process[] = []
  private readonly start: (index: number) => Promise<Worker>

  private constructor(providers: PaymentProvider[], options: WorkerOptions) {
    this.providers = providers
    const [providerUrl, secondaryUrl] = providers.map(({ url }) => url)
    const urls = { ...(providerUrl && { providerUrl }), ...(secondaryUrl && { secondaryUrl }) }
    this.start = async (index) => {
      const name = `worker-${index + 1}`
      const worker = await Worker.start({ ...options, ...urls, instance: name })
      this.staff.push({ name, child: worker.child })
      return worker
    }
  }

  static async start(count: number, options: WorkerOptions): Promise<BackOffice> {
    const providers = await Promise.all([PaymentProvider.start('primary'), PaymentProvider.start('secondary')])
    const office = new BackOffice(providers, options)
    try {
      for (const provider of providers) await provider.turn(TEMPER)
      for (let index = 0; index < count; index += 1) office.workers.push(await office.start(index))
      return office
    } catch (error) {
      await office.remove()
      throw error
    }
  }

  /** Of the providers those of now, of the workers all that there have been. */
  get processes(): Process[] {
    return [...this.staff, ...this.providers.map(({ name, child }) => ({ name, child }))]
  }

  /** All that is on the providers' disks. */
  get charges(): Charge[] {
    return this.providers.flatMap(({ charges }) => charges)
  }

  /** One worker ends in the middle of whatever it does. */
  async killWorker(pick: number): Promise<() => Promise<void>> {
    const index = Math.floor(pick * this.workers.length)
    await this.workers[index]?.kill()
    return async () => {
      this.workers[index] = await this.start(index)
    }
  }

  /** One worker stands still, and goes on later with what it had begun. */
  hangWorker(pick: number): () => void {
    const child = this.workers[Math.floor(pick * this.workers.length)]?.child
    child?.signal('SIGSTOP')
    return () => child?.signal('SIGCONT')
  }

  async killProvider(pick: number): Promise<() => Promise<void>> {
    const provider = this.providers[Math.floor(pick * this.providers.length)]
    await provider?.kill()
    return async () => {
      await provider?.restart()
      await provider?.turn(TEMPER)
    }
  }

  async remove(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.kill()))
    await Promise.all(this.providers.map((provider) => provider.remove()))
  }
}
