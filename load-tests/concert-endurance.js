import { sleep } from 'k6'
import { anyAvailable, join, read } from './api.js'

/** Report 003, scenario 4: steady reading of the catalogue. Thresholds from its table of goals. */
export const options = {
  stages: [
    { duration: '20s', target: 50 },
    { duration: '2m', target: 50 },
    { duration: '20s', target: 0 },
  ],
  thresholds: {
    http_req_duration: ['p(95)<300'],
    operation_failed: ['rate<0.001'],
  },
}

let token

export default function concertEndurance() {
  token = token || join(__VU)
  if (token === undefined) return
  const concert = anyAvailable(read('/concerts', token, 'concert_list'))
  if (concert !== undefined) {
    const schedule = anyAvailable(read(`/concerts/${concert.id}/schedules`, token, 'schedule_list'))
    if (schedule !== undefined) read(`/concerts/${concert.id}/schedules/${schedule.id}/seats`, token, 'seat_map')
  }
  sleep(1)
}
