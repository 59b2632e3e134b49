import { setTimeout as delay } from 'node:timers/promises'
import { CliError, messageOf } from '@drillbook/content/errors'
import { printable } from '@drillbook/content/text/printable'
import { redact, rememberSecret } from '@drillbook/content/text/redact'
import { type FetchFunction, IncomingWebhook, IncomingWebhookHTTPError } from '@slack/webhook'
import { ANSWER_LIMITS } from '../http/ask.ts'
import { readText } from '../http/read-text.ts'

/** What became of one message. */
export interface Delivery {
  text: string
  delivered: boolean
  attempts: number
  /** Why not; never with the webhook's URL, which is a secret. */
  error?: string
}

export interface SlackOptions {
  /** The pauses before each further attempt. A 429 waits for its Retry-After instead. */
  retryDelaysMs?: readonly number[]
  timeoutMs?: number
}

/** Four further attempts in 7.5 s: a drill tells about itself, it does not wait for Slack to come back. */
const RETRY_DELAYS_MS = [500, 1000, 2000, 4000]
/** Slack asks for at most a minute; longer than that is not worth waiting for here. */
const LONGEST_RETRY_AFTER_MS = 60_000

/**
 * Sends messages in the order in which they were given, one at a time, and tries again on 429, 5xx and no answer
 * (@slack/webhook does not retry 429 and hides Retry-After, hence the queue and the wrapped fetch). Throws nothing:
 * every message ends as a Delivery.
 */
export class SlackQueue {
  private readonly webhook: IncomingWebhook
  private readonly delaysMs: readonly number[]
  private readonly deliveries: Delivery[] = []
  private tail: Promise<void> = Promise.resolve()
  private retryAfterMs: number | undefined

  /** Throws `usage` when it is no URL; see readWebhook, which names the file. */
  constructor(webhookUrl: string, options: SlackOptions = {}) {
    if (!URL.canParse(webhookUrl)) throw new CliError('usage', "Slack's webhook is not a URL")
    rememberSecret(webhookUrl)
    this.delaysMs = options.retryDelaysMs ?? RETRY_DELAYS_MS
    const fetchAndLook: FetchFunction = async (url, init) => {
      const response = await fetch(url, init)
      this.retryAfterMs = parseRetryAfter(response.headers.get('retry-after'))
      const { status, statusText, headers } = response
      const body = await readText(response, ANSWER_LIMITS.slack)
      return new Response(body || null, { status, statusText, headers })
    }
    this.webhook = new IncomingWebhook(webhookUrl, { timeout: options.timeoutMs ?? 5000, fetch: fetchAndLook })
  }

  send(text: string): void {
    this.tail = this.tail.then(async () => void this.deliveries.push(await this.deliver(text)))
  }

  /** Waits until everything given so far was delivered or given up. */
  async flush(): Promise<readonly Delivery[]> {
    await this.tail
    return this.deliveries
  }

  private async deliver(text: string): Promise<Delivery> {
    for (let attempts = 1; ; attempts++) {
      this.retryAfterMs = undefined
      try {
        await this.webhook.send({ text })
        return { text, delivered: true, attempts }
      } catch (error) {
        const pauseMs = this.delaysMs[attempts - 1]
        if (pauseMs === undefined || !isTransient(error)) return { text, delivered: false, attempts, error: why(error) }
        await delay(this.retryAfterMs ?? pauseMs)
      }
    }
  }
}

function isTransient(error: unknown): boolean {
  return !(error instanceof IncomingWebhookHTTPError) || error.statusCode === 429 || error.statusCode >= 500
}

function why(error: unknown): string {
  if (error instanceof IncomingWebhookHTTPError) {
    return `Slack answered ${error.statusCode} ${printable(redact(error.body).slice(0, 200))}`
  }
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  return messageOf(cause)
}

function parseRetryAfter(header: string | null): number | undefined {
  const seconds = header === null ? Number.NaN : Number(header)
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, LONGEST_RETRY_AFTER_MS) : undefined
}
