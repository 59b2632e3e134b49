import type { Topic } from './row.ts'

/** One topic in a process of its own (see measure.ts): `run-topic.ts <url of its module>`. The rows go to the parent. */
const url = process.argv[2] ?? ''
const topic = (await import(url)) as Topic
const rows = await topic.run((text) => process.stderr.write(`${text}\n`))
process.send?.(rows, () => process.disconnect())
