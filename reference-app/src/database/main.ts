#!/usr/bin/env node
import { Client } from 'pg'
import { prepareDatabase } from './prepare.ts'

/** Long enough for another instance to finish before us, short enough for a supervisor to try again. Milliseconds. */
const PREPARATION_TIMEOUT_MS = 30_000

const url = process.env.DATABASE_URL
if (url === undefined || url === '') {
  process.stderr.write('DATABASE_URL is not set: give the connection string of the database to prepare\n')
  process.exit(2)
}

const client = new Client({
  connectionString: url,
  application_name: 'drillbook-database',
  connectionTimeoutMillis: 5_000,
  statement_timeout: PREPARATION_TIMEOUT_MS,
  query_timeout: PREPARATION_TIMEOUT_MS,
})
client.on('error', () => undefined) // a lost connection also fails the query in flight, which reports it
try {
  await client.connect()
  const census = await prepareDatabase(client)
  process.stdout.write(`${JSON.stringify(census)}\n`)
} catch (error) {
  process.stderr.write(
    `the database could not be prepared: ${error instanceof Error ? error.message : String(error)}\n`,
  )
  process.exitCode = 1
} finally {
  await client.end().catch(() => undefined) // it never connected
}
