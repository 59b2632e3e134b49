import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateSchemas, outdatedSchemas } from './generate.ts'

/** `npm run schemas` writes cli/schema; with --check it exits 1 and names each file that is not current. */

const SCHEMAS = join(import.meta.dirname, '..', '..', 'schema')
const args = process.argv.slice(2)

if (args.length === 0) {
  for (const [name, text] of generateSchemas()) writeFileSync(join(SCHEMAS, name), text)
} else if (args.join(' ') === '--check') {
  const outdated = outdatedSchemas(SCHEMAS)
  for (const name of outdated) process.stderr.write(`cli/schema/${name} is not current\n`)
  if (outdated.length > 0) {
    process.stderr.write('npm run schemas brings them up to date\n')
    process.exitCode = 1
  }
} else {
  process.stderr.write(`usage: npm run schemas [-- --check], not ${args.join(' ')}\n`)
  process.exitCode = 2
}
