import { afterAll, beforeAll, describe } from '@jest/globals'
import { deathTests } from './up/deaths.ts'
import { outOfMemoryTests } from './up/out-of-memory.ts'
import { restartingTests } from './up/restarting.ts'
import { scalingTests } from './up/scaling.ts'
import { startingTests } from './up/starting.ts'
import { LAB_LIMIT, UpLab } from './up/up-lab.ts'

// One lab for all of the first, and one file for both: two labs at once would be too much for two cores.
describe('a lab in which parts die and are added', () => {
  const lab = new UpLab('up')
  beforeAll(() => lab.bringUp(), LAB_LIMIT)
  afterAll(() => lab.clear(), LAB_LIMIT)

  deathTests(lab)
  scalingTests(lab)
  restartingTests(lab)
  outOfMemoryTests(lab)
})

describe('a lab that is being started', startingTests)
