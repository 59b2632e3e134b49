/** Characters that a shell would act on. Unquoted, none of them is a plain word. */
const SHELL_CHARACTERS = /[;|&$`<>(){}*?!~#\\[\]]/
/** What double quotes do not protect from a shell. */
const SPECIAL_IN_DOUBLE_QUOTES = /[$`\\!]/

export type Argv = { argv: string[] } | { problem: string }

/**
 * Splits one line into words as a shell would, with single and double quotes and nothing else: what runs without a
 * shell here must mean the same when pasted into one.
 */
export function splitArgv(line: string): Argv {
  const argv: string[] = []
  let word: string | undefined
  let rest = line.trim()
  while (rest !== '') {
    const quote = rest[0] === "'" || rest[0] === '"' ? rest[0] : undefined
    if (quote !== undefined) {
      const end = rest.indexOf(quote, 1)
      if (end === -1) return { problem: `a ${quote} is not closed` }
      const inside = rest.slice(1, end)
      const special = quote === '"' ? SPECIAL_IN_DOUBLE_QUOTES.exec(inside) : null
      if (special !== null) return { problem: `a shell would act on ${special[0]} inside "...": use '...'` }
      word = (word ?? '') + inside
      rest = rest.slice(end + 1)
      continue
    }
    const space = /^\s+/.exec(rest)
    if (space !== null) {
      if (word !== undefined) argv.push(word)
      word = undefined
      rest = rest.slice(space[0].length)
      continue
    }
    const plain = /^[^\s'"]+/.exec(rest)?.[0] ?? ''
    const special = SHELL_CHARACTERS.exec(plain)
    if (special !== null) return { problem: `a shell would act on ${special[0]}: no shell runs here, one command only` }
    word = (word ?? '') + plain
    rest = rest.slice(plain.length)
  }
  if (word !== undefined) argv.push(word)
  return { argv }
}
