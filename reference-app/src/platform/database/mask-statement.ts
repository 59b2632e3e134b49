/** Longer ones say no more to a reader in a hurry. Characters. */
const MAX_LENGTH = 200

/**
 * In this order, at each place: comments, texts with escapes, plain ones, dollar-quoted ones, names in quotes,
 * parameters and names, numbers. The server cuts long statements off, so each may lack its end.
 */
const TOKENS =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\b[eE]'(?:[^'\\]|''|\\[\s\S])*(?:'|\\?$)|'(?:[^']|'')*(?:'|$)|(?<![\w$])(\$(?:[A-Za-z_]\w*)?\$)[\s\S]*?(?:\1|$)|"(?:[^"]|"")*(?:"|$)|\$\d+|[A-Za-z_][\w$]*|\d[\w.]*(?:[eE][+-]?\d+)?|\.\d+/g

/** One line of SQL without the values in it: operators need to know what runs, not whose name and money it is about. */
export function maskStatement(text: string): string {
  const masked = text.replace(TOKENS, (token) => {
    if (/^(?:--|\/\*)/.test(token)) return ' '
    if (/^(?:["A-Za-z_]|\$\d)/.test(token) && !/^[eE]'/.test(token)) return token
    return '?'
  })
  const line = masked.replaceAll(/\s+/g, ' ').trim()
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}…` : line
}
