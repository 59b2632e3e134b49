import { chmodSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'

/** One folder for everything that a run of the tests writes: what is left of a failed test goes with it. */
export default function setUp() {
  const folder = mkdtempSync('/var/tmp/drillbook-test-')
  chmodSync(folder, 0o755) // Postgres may be another user's
  process.env.DRILLBOOK_TEST_RUN = folder
  // Instances are started hundreds of times in a run: to compile the same code again is half of what a start costs.
  process.env.NODE_COMPILE_CACHE = join(folder, 'compiled')
}
