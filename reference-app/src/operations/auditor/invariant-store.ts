import type { Database } from '../../platform/database/database.ts'
import type { Broken, Invariant } from './invariant.ts'

/** Keys of broken rows in the message, as a starting point. */
const NAMED = 10

/** Throws as `Database.query`, whose limit for a statement holds here, too. */
export async function findBroken(database: Database, { name, table, find }: Invariant): Promise<Broken> {
  const text = `with found (key) as (${find})
    select (select count(*) from found)::integer as rows,
      array(select key::float8 from found order by key limit ${NAMED}) as keys`
  const [broken] = await database.query<Broken>({
    name: `invariant-${name}`,
    operation: 'SELECT',
    collection: table,
    text,
  })
  if (broken === undefined) throw new Error(`the statement of ${name} has one row`)
  return broken
}
