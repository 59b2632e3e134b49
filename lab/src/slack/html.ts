/** Text that is HTML already. Only `html` makes it, and it escapes whatever is put in. */
export interface Html {
  readonly html: string
}

type Content = Html | string | number | false | undefined | readonly Content[]

/** A tagged template: every value is escaped unless it is Html itself. */
export function html(parts: TemplateStringsArray, ...values: Content[]): Html {
  return { html: parts.map((part, i) => part + (i < values.length ? render(values[i]) : '')).join('') }
}

function render(value: Content): string {
  if (value === undefined || value === false) return ''
  if (Array.isArray(value)) return value.map(render).join('')
  if (typeof value === 'object' && 'html' in value) return value.html
  return escapeHtml(String(value))
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
