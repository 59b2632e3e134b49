import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { experimentSchema } from '../drill/experiment.ts'
import { environmentSchema } from '../environment/schema.ts'

/** File name to text: the JSON Schemas of what people write, from the schemas that the command itself reads with. */
export function generateSchemas(): ReadonlyMap<string, string> {
  return new Map([
    ['environment.schema.json', schemaText('A drillbook environment in one file', environmentSchema)],
    ['environment-part.schema.json', schemaText('One file of an environment in a folder', environmentSchema.partial())],
    ['drill.schema.json', schemaText('A drill: a Chaos Toolkit experiment with what drillbook adds', experimentSchema)],
  ])
}

/** The names of the files in `dir` that are missing or differ. */
export function outdatedSchemas(dir: string): string[] {
  return [...generateSchemas()]
    .filter(([name, text]) => !existsSync(join(dir, name)) || readFileSync(join(dir, name), 'utf8') !== text)
    .map(([name]) => name)
}

/** Draft 7, which every editor knows. What needs a look at other keys or files is left to `drillbook check`. */
function schemaText(title: string, schema: z.ZodType): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === 'starts_with') delete jsonSchema.format // no format of JSON Schema; its pattern says it
    },
  })
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`
}
