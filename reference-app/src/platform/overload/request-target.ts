/**
 * What a path and a query may hold: printable ASCII without `#`, which the router would take for the end of the path
 * and we would not.
 */
const ORIGIN_FORM = /^\/[!"$-~]*$/
const ABSOLUTE_FORM = /^https?:\/\/[^/?#]+/i

/**
 * The request target as path and query; undefined when it is neither that nor a whole URL, which HTTP allows. So that
 * the router reads every target as we do, and no request gets past a switch by another spelling.
 */
export function originForm(target: string): string | undefined {
  if (ORIGIN_FORM.test(target)) return target
  const host = ABSOLUTE_FORM.exec(target)?.[0]
  if (host === undefined) return undefined
  const rest = target.slice(host.length)
  const path = rest.startsWith('/') ? rest : `/${rest}`
  return ORIGIN_FORM.test(path) ? path : undefined
}

/** Whether its path can be decoded: the router fails on others before any operation has begun. */
export function isEncoded(url: string): boolean {
  const query = url.indexOf('?')
  const path = query === -1 ? url : url.slice(0, query)
  if (!path.includes('%')) return true
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false // nothing else is thrown
  }
}
