/**
 * The figures that the reference app has to reach, as a table: `node bench/correctness.ts [--json] [topic...]`. On real Postgres and Redis, which it
 * starts and throws away. Exit 1 when a figure is not reached, 2 for a topic that does not exist.
 */
import { parseArgs } from 'node:util'
import { measure } from './correctness/measure.ts'
import type { Row } from './correctness/row.ts'
import { tableOf } from './correctness/table.ts'
import { TOPICS } from './correctness/topics.ts'

const say = (text: string) => process.stderr.write(`${text}\n`)

const asked = askedFor(process.argv.slice(2))
if (asked === undefined) process.exitCode = 2
else await main(asked.json, asked.topics)

async function main(json: boolean, topics: string[]): Promise<void> {
  const rows: (Row & { topic: string })[] = []
  for (const topic of topics) {
    say(`measuring: ${topic}`)
    const found = await measure(topic, TOPICS[topic] as URL)
    rows.push(...found.map((row) => ({ topic, ...row })))
  }
  process.stdout.write(json ? `${JSON.stringify(rows, null, 2)}\n` : `${tableOf(rows, process.stdout)}\n`)
  process.exitCode = rows.every(({ reached }) => reached) ? 0 : 1
}

/** What the command line asks for; undefined, after saying why, when it cannot be understood. */
function askedFor(args: string[]): { json: boolean; topics: string[] } | undefined {
  try {
    const { values, positionals } = parseArgs({ args, options: { json: { type: 'boolean' } }, allowPositionals: true })
    const unknown = positionals.filter((topic) => !Object.hasOwn(TOPICS, topic))
    if (unknown.length > 0)
      throw new Error(`no such topic: ${unknown.join(', ')}; there are ${Object.keys(TOPICS).join(', ')}`)
    return { json: values.json === true, topics: positionals.length > 0 ? positionals : Object.keys(TOPICS) }
  } catch (error) {
    say(`bench:correctness: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}
