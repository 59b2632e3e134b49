import { sizeText } from '@drillbook/content/read-file'

/** The body of an answer as text. Stops reading, and throws, as soon as it is longer than `limitBytes`. */
export async function readText(response: Response, limitBytes: number): Promise<string> {
  if (response.body === null) return ''
  const chunks: Uint8Array[] = []
  let bytes = 0
  // Leaving the loop cancels the rest.
  for await (const chunk of response.body) {
    bytes += chunk.length
    if (bytes > limitBytes) throw new Error(`its answer is longer than ${sizeText(limitBytes)}`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
