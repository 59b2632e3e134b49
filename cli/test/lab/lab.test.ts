import { afterAll, beforeAll, describe } from '@jest/globals'
import { databaseTests } from './up/databases.ts'
import { deathTests } from './up/deaths.ts'
import { endTests } from './up/end.ts'
import { gatewayTests } from './up/gateway.ts'
import { logTests } from './up/logs.ts'
import { outOfMemoryTests } from './up/out-of-memory.ts'
import { scalingTests } from './up/scaling.ts'
import { startingTests } from './up/starting.ts'
import { LAB_LIMIT, UpLab } from './up/up-lab.ts'
import { wholeLabTests } from './up/whole.ts'

// One lab for all of the first, and one file for both: two labs at once would be too much for two cores.
describe('a lab that is up', () => {
  const lab = new UpLab('up')
  beforeAll(() => lab.bringUp(), LAB_LIMIT)
  afterAll(() => lab.clear(), LAB_LIMIT)

  wholeLabTests(lab)
  logTests(lab)
  deathTests(lab)
  databaseTests(lab)
  scalingTests(lab)
  outOfMemoryTests(lab)
  gatewayTests(lab)
  endTests(lab)
})

describe('a lab that is being started', startingTests)
