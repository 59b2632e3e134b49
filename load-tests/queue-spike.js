import { sleep } from 'k6'
import exec from 'k6/execution'
import { join } from './api.js'

/** Report 003, scenario 1: a spike on the queue. Thresholds from its table of goals. */
export const options = {
  stages: [
    { duration: '10s', target: 20 },
    { duration: '20s', target: 100 },
    { duration: '30s', target: 100 },
    { duration: '10s', target: 0 },
  ],
  thresholds: {
    http_reqs: ['rate>20'],
    http_req_duration: ['p(95)<500', 'p(99)<1000'],
    operation_failed: ['rate<0.01'],
  },
}

export default function queueSpike() {
  join(1 + (exec.scenario.iterationInTest % 1000))
  sleep(1)
}
