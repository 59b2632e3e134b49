/**
 * The last line of defence: every secret that this process has read is blanked out in whatever it prints or records,
 * also where a library or a target repeats it. The first line is that secrets are not put into texts.
 */

/** Shorter ones are likely to be a word that occurs by itself; blanking it would make texts unreadable. */
const SHORTEST = 8
const BLANK = '[secret]'
const secrets = new Set<string>()

/** From now on `redact` blanks it out, also as it looks in a URL or in JSON. */
export function rememberSecret(secret: string): void {
  for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
    if (form.length >= SHORTEST) secrets.add(form)
  }
  if (URL.canParse(secret)) {
    const { pathname, search } = new URL(secret)
    if (pathname.length + search.length >= SHORTEST) secrets.add(pathname + search)
  }
}

export function redact(text: string): string {
  // Longest first: a part of a secret must not leave the rest of it.
  return [...secrets].sort((a, b) => b.length - a.length).reduce((t, secret) => t.replaceAll(secret, BLANK), text)
}

/** As JSON.stringify, with every text in it redacted: names of fields stay. */
export function redactedJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? redact(part) : part), indent)
}

/** A URL for people and records: without user, password, query and fragment. */
export function redactUrl(url: string): string {
  if (!URL.canParse(url)) return redact(url.replace(/\/\/[^/]*@/, '//'))
  const { protocol, host, pathname } = new URL(url)
  return redact(`${protocol}//${host}${pathname === '/' ? '' : pathname}`)
}
