/** A piece of Slack's mrkdwn. Texts are what people read: entities are decoded. */
export type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'bold' | 'italic' | 'strike'; pieces: Piece[] }
  | { kind: 'code' | 'preformatted'; text: string }
  | { kind: 'link'; url: string; text: string | undefined }
  | { kind: 'mention'; text: string }

const STYLE = { '*': 'bold', _: 'italic', '~': 'strike' } as const

/** A style sign counts where a word begins and ends, on one line: `2*3*4` is arithmetic. */
const TOKEN = /```([\s\S]+?)```|`([^`\n]+)`|<([^<>\n]+)>|(?<![\p{L}\p{N}])([*_~])(?=\S)([^\n]*?\S)\4(?![\p{L}\p{N}])/u

export function parseMrkdwn(source: string): Piece[] {
  const pieces: Piece[] = []
  let rest = source
  while (rest !== '') {
    const match = TOKEN.exec(rest)
    if (match === null) break
    if (match.index > 0) pieces.push(plain(rest.slice(0, match.index)))
    pieces.push(pieceOf(match))
    rest = rest.slice(match.index + match[0].length)
  }
  if (rest !== '') pieces.push(plain(rest))
  return pieces
}

function pieceOf([, preformatted, code, angle, sign, styled]: RegExpExecArray): Piece {
  if (preformatted !== undefined) return { kind: 'preformatted', text: decode(preformatted).replace(/^\n|\n$/g, '') }
  if (code !== undefined) return { kind: 'code', text: decode(code) }
  if (angle !== undefined) return angleOf(angle)
  const kind = STYLE[sign as keyof typeof STYLE]
  return { kind, pieces: parseMrkdwn(styled ?? '') }
}

/** What stands between < and >: a link, or somebody or something mentioned. */
function angleOf(content: string): Piece {
  const bar = content.indexOf('|')
  const target = bar === -1 ? content : content.slice(0, bar)
  const label = bar === -1 ? undefined : decode(content.slice(bar + 1))
  const name = target.slice(1)
  switch (target[0]) {
    case '@':
      return { kind: 'mention', text: `@${label ?? name}` }
    case '#':
      return { kind: 'mention', text: `#${label ?? name}` }
    case '!':
      if (name.startsWith('date^')) return { kind: 'text', text: label ?? name }
      return { kind: 'mention', text: `@${label ?? name.replace(/\^.*/, '')}` }
    default:
      return { kind: 'link', url: decode(target), text: label === '' ? undefined : label }
  }
}

function plain(text: string): Piece {
  return { kind: 'text', text: withEmoji(decode(text)) }
}

/** Slack escapes these three and no others. */
export function decode(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

/** Those that alerts use; others stay as they are written. */
const EMOJI: Record<string, string> = {
  fire: '🔥',
  rotating_light: '🚨',
  warning: '⚠️',
  white_check_mark: '✅',
  x: '❌',
  bell: '🔔',
  no_bell: '🔕',
  books: '📚',
  book: '📖',
  chart_with_upwards_trend: '📈',
  wrench: '🔧',
  test_tube: '🧪',
  large_green_circle: '🟢',
  red_circle: '🔴',
}

export function withEmoji(text: string): string {
  return text.replace(/:([a-z_]+):/g, (written, name: string) => EMOJI[name] ?? written)
}
