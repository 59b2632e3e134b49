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

/** Deeper than people read, and far less than what recursion over it can bear. */
const MOST_LEVELS = 100

/** The object or list that a text is in JSON. Undefined: it is something else, longer than the limit or nested too deeply. */
export function jsonOf(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text) || Buffer.byteLength(text) > ANSWER_BYTES) return undefined
  try {
    const json: object = JSON.parse(text)
    return levelsOf(text) <= MOST_LEVELS ? json : undefined
  } catch {
    // Not JSON: it is shown as text.
    return undefined
  }
}

/** How deep valid JSON is nested, told from its text: a function that calls itself could not follow. */
function levelsOf(json: string): number {
  let [depth, deepest] = [0, 0]
  for (const [mark] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[{\]}]/g)) {
    if (mark === '[' || mark === '{') deepest = Math.max(deepest, ++depth)
    else if (mark === ']' || mark === '}') depth--
  }
  return deepest
}
