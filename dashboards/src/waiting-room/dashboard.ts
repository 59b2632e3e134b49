import type { Dashboard } from '@grafana/schema'
import { alertAnnotation, DEPLOYMENT_ANNOTATION, FAULT_ANNOTATION } from '../grafana/annotations.ts'
import { dashboard } from '../grafana/dashboard.ts'
import { DATASOURCE_VARIABLE, labelVariable } from '../grafana/variables.ts'
import { activeFaults } from '../panels/active-faults.ts'
import { firingAlertsCount, ON_OVERVIEW } from '../panels/firing-alerts.ts'
import { events, redisFile, redisFileWritten, redisMemory, rejectedTokens, ticks, unavailable } from './door.ts'
import { fullnessNow, modeNow, oldestWaitNow, redisUp, waitingNow, wrongedNow } from './figures.ts'
import { inversions, lostPlaces, movement, oldestWait, people, waits } from './line.ts'

const INCIDENT = 'incident="queue-malfunction"'
const WHICH = 'alerts of the incident class queue-malfunction'

/** Panel ids are fixed: alerts link to them. New panels take new numbers. */
export function waitingRoomDashboard(): Dashboard {
  return dashboard({
    uid: 'drillbook-waiting-room',
    title: 'Drillbook / Waiting room',
    description:
      'Does the line move, in the order in which people joined it, and does the door stay shut for everybody else?',
    variables: [
      DATASOURCE_VARIABLE,
      labelVariable({
        name: 'service',
        label: 'Service',
        description: 'Services in front of which people wait',
        metric: 'waiting_room_tokens',
        of: 'service',
      }),
    ],
    annotations: [alertAnnotation(INCIDENT), FAULT_ANNOTATION, DEPLOYMENT_ANNOTATION],
    links: [],
    rows: [
      {
        height: 4,
        panels: [
          [waitingNow(20), 3],
          [fullnessNow(21), 3],
          [oldestWaitNow(22), 3],
          [wrongedNow(23), 3],
          [redisUp(24), 3],
          [modeNow(25), 3],
          [firingAlertsCount(26, INCIDENT, WHICH, ON_OVERVIEW), 3],
          [activeFaults(27), 3],
        ],
      },
      {
        height: 6,
        panels: [
          [people(1), 6],
          [movement(2), 6],
          [waits(3), 6],
          [oldestWait(4), 6],
        ],
      },
      {
        height: 6,
        panels: [
          [lostPlaces(5), 6],
          [inversions(6), 6],
          [rejectedTokens(7), 6],
          [unavailable(8), 6],
        ],
      },
      {
        height: 6,
        panels: [
          [ticks(9), 5],
          [events(10), 5],
          [redisMemory(11), 5],
          [redisFile(12), 5],
          [redisFileWritten(13), 4],
        ],
      },
    ],
  })
}
