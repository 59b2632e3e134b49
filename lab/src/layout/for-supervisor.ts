/**
 * For use between double quotes in supervisord.conf, where `%` begins an expansion and the rest is read as a shell
 * would.
 */
export function forSupervisor(text: string): string {
  if (/\s[;#]|[\n\r]/.test(text))
    throw new Error(`supervisord cannot be told of a path with " ;", " #" or a line break: ${text}`)
  return text.replaceAll('%', '%%').replace(/[\\"]/g, '\\$&')
}
