/** What supervisord's answers consist of. Dates and base64 do not occur there. */
export type XmlRpcValue = string | number | boolean | XmlRpcValue[] | { [name: string]: XmlRpcValue }

/**
 * A fault in the answer: supervisord's own number for it (10 no such process, 60 already started, 70 not running ...).
 */
export class XmlRpcFault extends Error {
  readonly faultCode: number

  constructor(faultCode: number, message: string) {
    super(message)
    this.name = 'XmlRpcFault'
    this.faultCode = faultCode
  }
}

export function encodeCall(method: string, params: readonly (string | number | boolean)[]): string {
  const values = params.map((p) => `<param><value>${encodeValue(p)}</value></param>`).join('')
  return `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>${values}</params></methodCall>`
}

function encodeValue(value: string | number | boolean): string {
  if (typeof value === 'boolean') return `<boolean>${value ? 1 : 0}</boolean>`
  if (typeof value === 'number') return `<int>${value}</int>`
  return `<string>${value.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</string>`
}

/** The value of a methodResponse. Throws XmlRpcFault for a fault, Error for what is no answer at all. */
export function decodeResponse(xml: string): XmlRpcValue {
  const tokens = xml.match(/<[^>]*>|[^<]+/g)?.filter((t) => !t.startsWith('<?')) ?? []
  const first = tokens.indexOf('<value>')
  if (first === -1) throw new Error(`not an XML-RPC answer: ${xml.slice(0, 200)}`)
  const value = new Reader(tokens.slice(first)).value()
  if (!tokens.includes('<fault>')) return value
  const fault = typeof value === 'object' && !Array.isArray(value) ? value : {}
  throw new XmlRpcFault(Number(fault.faultCode), String(fault.faultString))
}

class Reader {
  private readonly tokens: readonly string[]
  private at = 0

  constructor(tokens: readonly string[]) {
    this.tokens = tokens
  }

  value(): XmlRpcValue {
    this.expect('<value>')
    const value = this.typed()
    this.expect('</value>')
    return value
  }

  private typed(): XmlRpcValue {
    const tag = this.peek()
    if (tag === '</value>') return ''
    if (!tag.startsWith('<')) return unescapeXml(this.next()) // no type: a string
    this.next()
    switch (tag) {
      case '<array>':
        return this.array()
      case '<struct>':
        return this.struct()
      default:
        return this.scalar(tag)
    }
  }

  private scalar(tag: string): XmlRpcValue {
    if (tag.endsWith('/>')) return ''
    const text = this.peek().startsWith('</') ? '' : unescapeXml(this.next())
    this.expect(tag.replace('<', '</'))
    if (tag === '<boolean>') return text === '1'
    return tag === '<int>' || tag === '<i4>' || tag === '<double>' ? Number(text) : text
  }

  private array(): XmlRpcValue[] {
    const items: XmlRpcValue[] = []
    this.expect('<data>')
    while (this.peek() === '<value>') items.push(this.value())
    this.expect('</data>')
    this.expect('</array>')
    return items
  }

  private struct(): { [name: string]: XmlRpcValue } {
    const members: { [name: string]: XmlRpcValue } = {}
    while (this.peek() === '<member>') {
      this.next()
      this.expect('<name>')
      const name = unescapeXml(this.next())
      this.expect('</name>')
      members[name] = this.value()
      this.expect('</member>')
    }
    this.expect('</struct>')
    return members
  }

  /** The next token that matters: blanks between two tags do not. */
  private peek(): string {
    while (this.tokens[this.at]?.trim() === '' && this.tokens[this.at + 1]?.startsWith('</') !== true) this.at++
    return this.tokens[this.at] ?? ''
  }

  private next(): string {
    const token = this.peek()
    this.at++
    return token
  }

  private expect(tag: string): void {
    while (this.tokens[this.at]?.trim() === '') this.at++
    const token = this.next()
    if (token !== tag) throw new Error(`not the XML-RPC that we read: ${tag} expected, ${token || 'the end'} found`)
  }
}

function unescapeXml(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
}
