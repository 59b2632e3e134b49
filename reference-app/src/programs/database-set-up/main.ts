#!/usr/bin/env node
import { Client } from 'pg'
import { chosenDataSet, DATA_SETS } from './data-set.ts'
import { prepareDatabase } from './prepare.ts'

/** Long enough for another instance to finish before us, short enough for a supervisor to try again. Milliseconds. */
const PREPARATION_TIMEOUT_MS = { small: 30_000, load: 120_000 }

const url = process.env.DATABASE_URL
const dataSet = chosenDataSet(process.argv.slice(2), process.env.DATA_SET)
if (url === undefined || url === '') {
  process.stderr.write('DATABASE_URL is not set: give the connection string of the database to prepare\n')
}
if (dataSet === undefined) {
  process.stderr.write(`the data set is one of ${DATA_SETS.join(', ')}: give --data-set NAME, or DATA_SET\n`)
}
if (url === undefined || url === '' || dataSet === undefined) process.exit(2)

const client = new Client({
  connectionString: url,
  application_name: 'drillbook-database',
  connectionTimeoutMillis: 5_000,
  statement_timeout: PREPARATION_TIMEOUT_MS[dataSet],
  query_timeout: PREPARATION_TIMEOUT_MS[dataSet],
})
client.on('error', () => undefined) // a lost connection also fails the query in flight, which reports it
try {
  await client.connect()
  const counts = await prepareDatabase(client, dataSet)
  process.stdout.write(`${JSON.stringify(counts)}\n`)
} catch (error) {
  process.stderr.write(
    `the database could not be prepared: ${error instanceof Error ? error.message : String(error)}\n`,
  )
  process.exitCode = 1
} finally {
  await client.end().catch(() => undefined) // it never connected
}
