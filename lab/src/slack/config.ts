import { readFileSync } from 'node:fs'

export interface Config {
  port: number
  dataDir: string
  webhookPath: string
  runbooksDir: string | undefined
}

/** Reads PORT, DATA_DIR, WEBHOOK_PATH_FILE (a file with the webhook's URL or path) and RUNBOOKS_DIR (optional). */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config | { problems: string[] } {
  const problems: string[] = []
  const port = Number(env.PORT)
  if (!/^\d+$/.test(env.PORT ?? '') || port > 65_535)
    problems.push(`PORT must be a port number, not ${env.PORT ?? 'unset'}`)
  if (!env.DATA_DIR) problems.push('DATA_DIR is not set')
  const webhookPath = readWebhookPath(env.WEBHOOK_PATH_FILE, problems)
  if (problems.length > 0) return { problems }
  return { port, dataDir: env.DATA_DIR ?? '', webhookPath, runbooksDir: env.RUNBOOKS_DIR || undefined }
}

function readWebhookPath(file: string | undefined, problems: string[]): string {
  let text = ''
  try {
    if (!file) throw new Error('it is not set')
    text = readFileSync(file, 'utf8').trim()
  } catch (error) {
    problems.push(`WEBHOOK_PATH_FILE cannot be read: ${error instanceof Error ? error.message : String(error)}`)
    return ''
  }
  const path = text.startsWith('/') ? text : URL.parse(text)?.pathname
  // The secret itself is in no message.
  if (path === undefined || !/^\/services\/[\w-]+(\/[\w-]+)*$/.test(path))
    problems.push(`${file} does not hold a webhook URL or path below /services/`)
  return path ?? ''
}
