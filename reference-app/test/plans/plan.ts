import type { Client } from 'pg'
import { GROWING } from './rows.ts'

const READS: ReadonlySet<string> = new Set(['Seq Scan', 'Index Scan', 'Index Only Scan', 'Bitmap Index Scan'])

interface Node {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Index Cond'?: string
  Plans?: Node[]
}

/**
 * Where the server, as its statistics are now, would read a growing table or one of its indexes from end to end for
 * this statement: the node and what it reads. Reading in the order of an index until a limit is reached is none.
 */
export async function wholeReads(client: Client, text: string): Promise<string[]> {
  await client.query('deallocate all')
  await client.query(`prepare planned as ${text}`)
  const { rows } = await client.query<{ types: string[] }>(
    `select parameter_types::text[] as types from pg_prepared_statements where name = 'planned'`,
  )
  const nulls = (rows[0]?.types ?? []).map(() => 'null').join(', ')
  const answer = await client.query<{ 'QUERY PLAN': { Plan: Node }[] }>(
    `explain (format json) execute planned${nulls === '' ? '' : `(${nulls})`}`,
  )
  const plan = answer.rows[0]?.['QUERY PLAN'][0]?.Plan
  if (plan === undefined) throw new Error('the server explained nothing')
  return [...visit(plan, undefined, false)]
}

function* visit(node: Node, above: string | undefined, limited: boolean): Generator<string> {
  const table = node['Relation Name'] ?? above
  if (
    READS.has(node['Node Type']) &&
    !limited &&
    table !== undefined &&
    GROWING.has(table) &&
    node['Index Cond'] === undefined
  ) {
    yield `${node['Node Type']} of ${node['Index Name'] ?? table}`
  }
  const type = node['Node Type']
  // Through a join, a sort or an aggregate the limit of what is above says nothing of how much is read below.
  const still = type === 'Limit' || (limited && ['LockRows', 'Subquery Scan', 'Result'].includes(type))
  for (const child of node.Plans ?? []) yield* visit(child, table, still)
}
