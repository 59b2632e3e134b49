import { CliError } from '@drillbook/content/errors'
import { redactUrl, rememberSecret } from '@drillbook/content/text/redact'
import { readSecret } from '../secret.ts'

/** How to reach one HTTP service of the environment. Paths are absolute. */
export interface Endpoint {
  /**
   * With a user and password in it they are sent as Basic authorization; an environment's have been moved to `headers`.
   */
  url: string
  tokenFile?: string | undefined
  headers?: Record<string, string> | undefined
}

/** Headers whose values are secret, by their names; the value of another one, a tenant for instance, may be printed. */
const SECRET_HEADER = /auth|token|key|secret|cookie|password|credential/i

export function hasCredentials(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { username, password } = new URL(url)
  return username !== '' || password !== ''
}

/**
 * The same service without a user or password in its URL: they are a header then. Throws `usage` when there is a token
 * file, too.
 */
export function withoutCredentials<E extends Endpoint>(endpoint: E): E {
  for (const [name, value] of Object.entries(endpoint.headers ?? {})) {
    if (SECRET_HEADER.test(name)) rememberSecret(value)
  }
  if (!hasCredentials(endpoint.url)) return endpoint
  const url = new URL(endpoint.url)
  if (endpoint.tokenFile !== undefined) {
    throw new CliError(
      'usage',
      `${redactUrl(endpoint.url)} has a password in its URL and a token file: both are sent as authorization`,
      {
        hint: 'Leave one of them out.',
      },
    )
  }
  const [user, password] = [decoded(url.username), decoded(url.password)]
  const basic = Buffer.from(`${user}:${password}`).toString('base64')
  for (const secret of [password, url.password, basic]) rememberSecret(secret)
  url.username = ''
  url.password = ''
  return {
    ...endpoint,
    url: url.href.replace(/\/$/, ''),
    headers: { ...endpoint.headers, authorization: `Basic ${basic}` },
  }
}

/** An unescaped per cent sign stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The request headers of an endpoint: its own, plus the bearer token read from its file at this moment. */
export function headersOf(endpoint: Endpoint): Record<string, string> {
  const { tokenFile, headers } = withoutCredentials(endpoint)
  if (tokenFile === undefined) return { ...headers }
  return { ...headers, authorization: `Bearer ${readSecret(tokenFile)}` }
}
