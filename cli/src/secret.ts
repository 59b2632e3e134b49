import { CliError, messageOf } from '@drillbook/content/errors'
import { FILE_LIMITS, readTextFile } from '@drillbook/content/read-file'
import { rememberSecret } from '@drillbook/content/text/redact'

/**
 * A secret from its file, without the newline that editors add: one line of printable ASCII, since it is sent in a
 * header. The secret itself is in no message. Throws `usage`.
 */
export function readSecret(file: string): string {
  let secret: string
  try {
    secret = readTextFile(file, FILE_LIMITS.small).trim()
  } catch (error) {
    throw new CliError('usage', `cannot read the secret file ${file}: ${messageOf(error)}`, {
      hint: 'Is the environment up, and may this user read it?',
    })
  }
  if (!/^[\x21-\x7e]*$/.test(secret)) {
    throw new CliError('usage', `the secret file ${file} holds more than one word of printable ASCII characters`, {
      hint: 'Write the secret alone into it, on one line.',
    })
  }
  rememberSecret(secret)
  return secret
}

/** Slack's webhook from its file. Throws `usage` that names the file when it is no URL. */
export function readWebhook(file: string): string {
  const webhook = readSecret(file)
  if (/^https?:\/\/./.test(webhook) && URL.canParse(webhook)) return webhook
  throw new CliError('usage', `the webhook file ${file} does not hold a URL`, {
    hint: 'It is one line that begins with https://, without quotation marks.',
  })
}
