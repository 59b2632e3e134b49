/** Replaces every `${name}`. Throws when the template names something that has no value: a mistake of ours. */
export function fill(template: string, values: Readonly<Record<string, string | number>>, file: string): string {
  return template.replace(/\$\{([\w.-]+)\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`${file} has a placeholder without a value: ${name}`)
    return String(value)
  })
}
