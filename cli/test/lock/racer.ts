import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCode } from '@drillbook/content/errors'
import { rootAt } from '@drillbook/content/root'
import { resumeIncident } from '../../src/incident/record.ts'
import { lockWalk } from '../../src/incident/walk-lock.ts'

/**
 * Tries again and again to walk one incident; arguments: the drillbook's folder, the incident's id, for how many milliseconds, and
 * after how many walks to be killed in the middle of one (0: never). Says how often it got in, and `two` when somebody else was inside.
 */
const [dir = '', id = '', forMs = '0', diesAfter = '0'] = process.argv.slice(2)
const record = resumeIncident(rootAt(dir), id)
const me = join(dir, `inside.${process.pid}`)
let walks = 0
let two = false
for (const until = performance.now() + Number(forMs); performance.now() < until; ) {
  let unlock: () => void
  try {
    unlock = lockWalk(record)
  } catch (error) {
    if (errorCode(error) !== 'refused') throw error
    continue
  }
  writeFileSync(me, '')
  two ||= readdirSync(dir).filter((name) => name.startsWith('inside.')).length > 1
  walks++
  rmSync(me)
  if (walks === Number(diesAfter)) process.kill(process.pid, 'SIGKILL')
  unlock()
}
console.log(JSON.stringify({ walks, two }))
