/** Lines that are longer are hard to read. */
const WIDEST = 100
/** Where the terminal does not say how wide it is. */
const USUAL = 80

/**
 * Wrapped at words to the width of the terminal (`columns`); lines that are indented already (something to type) stay
 * whole.
 */
export function indented(text: string, margin: string, columns: number | undefined): string {
  const width = Math.min(columns ?? USUAL, WIDEST) - margin.length
  return `${text
    .split('\n')
    .flatMap((line) => (line.startsWith('    ') ? [line] : wrap(line, width)))
    .map((line) => (line === '' ? '' : margin + line))
    .join('\n')}\n`
}

function wrap(line: string, width: number): string[] {
  const lines: string[] = []
  let current = ''
  for (const word of line.split(' ')) {
    if (current !== '' && current.length + 1 + word.length > width) {
      lines.push(current)
      current = word
    } else current = current === '' ? word : `${current} ${word}`
  }
  return [...lines, current]
}
