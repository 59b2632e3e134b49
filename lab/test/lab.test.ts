import { afterAll, beforeAll, describe } from '@jest/globals'
import { databaseTests } from './up/databases.ts'
import { endTests } from './up/end.ts'
import { gatewayTests } from './up/gateway.ts'
import { logTests } from './up/logs.ts'
import { LAB_LIMIT, UpLab } from './up/up-lab.ts'
import { wholeLabTests } from './up/whole.ts'

// One lab for all: two at once would be too much for two cores.
describe('a lab that is up', () => {
  const lab = new UpLab('up')
  beforeAll(() => lab.bringUp(), LAB_LIMIT)
  afterAll(() => lab.clear(), LAB_LIMIT)

  wholeLabTests(lab)
  logTests(lab)
  databaseTests(lab)
  gatewayTests(lab)
  endTests(lab)
})
