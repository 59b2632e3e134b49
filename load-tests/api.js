import http from 'k6/http'
import { outcome } from './outcomes.js'

/** The gateway of the environment under test; the lab's by default. */
export const BASE_URL = __ENV.BASE_URL || 'http://127.0.0.1:18080'

/** Joins the queue; the token, or undefined when there is none. */
export function join(userId) {
  const response = http.post(`${BASE_URL}/api/v1/queue/users/${userId}`, null, { tags: { name: 'queue_join' } })
  return outcome(response, 'queue_join') ? response.json('token') : undefined
}

/** Reads a list of the catalogue; [] when it could not be read. */
export function read(path, token, name) {
  const response = http.get(`${BASE_URL}/api/v1${path}`, { headers: { 'QUEUE-TOKEN': token }, tags: { name } })
  return outcome(response, name) ? response.json() : []
}

/** One of the entries that can still be had: scenarios draw only what exists. */
export function anyAvailable(list) {
  const open = list.filter((entry) => entry.available)
  return open[Math.floor(Math.random() * open.length)]
}
