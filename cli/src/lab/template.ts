/** Replaces every `${name}`. Throws when the template names something that has no value: a mistake of ours. */
export function fill(template: string, values: Readonly<Record<string, string | number>>, file: string): string {
  return template.replace(/\$\{([\w.-]+)\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`${file} has a placeholder without a value: ${name}`)
    return String(value)
  })
}

/** For use between double quotes in supervisord.conf, where `%` begins an expansion and the rest is read as a shell would. */
export function forSupervisor(text: string): string {
  if (/\s[;#]|[\n\r]/.test(text))
    throw new Error(`supervisord cannot be told of a path with " ;", " #" or a line break: ${text}`)
  return text.replaceAll('%', '%%').replace(/[\\"]/g, '\\$&')
}
