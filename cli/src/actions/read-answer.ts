/** 256 kB: more than any list that people choose from, and little enough to stand in an incident's record. */
export const ANSWER_BYTES = 256 * 1024

/** The text of an answer up to the limit; `whole` says whether that was all. The rest is not read. */
export async function readAnswer(response: Response): Promise<{ text: string; whole: boolean }> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk)
    size += chunk.length
    if (size > ANSWER_BYTES) break // ends the body, too
  }
  const text = new TextDecoder().decode(Buffer.concat(chunks).subarray(0, ANSWER_BYTES))
  return { text, whole: size <= ANSWER_BYTES }
}

/** The object or list that a text is in JSON. Undefined: it is something else, or longer than the limit. */
export function jsonOf(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text) || Buffer.byteLength(text) > ANSWER_BYTES) return undefined
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON: it is shown as text.
    return undefined
  }
}
