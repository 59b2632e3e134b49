import { API_INSTANCES } from './api-instances.ts'
import type { PortName, Ports } from './ports.ts'
import { httpProbe, type Probe, postgresProbe, redisProbe, redisStandbyProbe } from './probe.ts'

/** One supervised program of the lab. */
export interface Part {
  /** Its name in supervisord.conf and of its log file. */
  name: string
  ports: PortName[]
  /** What has to be ready before it is started: parts, or `database` (schema and seed). */
  needs: string[]
  probe(ports: Ports): Probe
}

/** Not a process but work to be done once Postgres is ready: schema and seed. */
export const DATABASE = 'database'

const at = (port: number, path: string) => `http://127.0.0.1:${port}${path}`

/** In the order in which people read them. */
export const PARTS: readonly Part[] = [
  { name: 'postgres', ports: ['postgres'], needs: [], probe: (p) => postgresProbe(p.postgres) },
  {
    name: 'postgres-replica',
    ports: ['postgres-replica'],
    needs: ['postgres'],
    probe: (p) => postgresProbe(p['postgres-replica']), // it does not let anybody in before it is consistent
  },
  { name: 'redis-cache', ports: ['redis-cache'], needs: [], probe: (p) => redisProbe(p['redis-cache']) },
  {
    name: 'redis-cache-standby',
    ports: ['redis-cache-standby'],
    needs: ['redis-cache'], // a first attempt in vain would cost a second until the next
    probe: (p) => redisStandbyProbe(p['redis-cache-standby']),
  },
  { name: 'redis-queue', ports: ['redis-queue'], needs: [], probe: (p) => redisProbe(p['redis-queue']) },
  ...API_INSTANCES.map(
    ({ name, port, opsPort }): Part => ({
      name,
      ports: [port, opsPort],
      needs: [DATABASE, 'redis-queue'],
      probe: (p) => httpProbe(at(p[opsPort], '/readyz')),
    }),
  ),
  {
    name: 'nginx',
    ports: ['gateway'],
    needs: ['api-1', 'api-2'], // it would count their absence against them
    probe: (p) => httpProbe(at(p.gateway, '/api/v1/banner')),
  },
  { name: 'traffic', ports: ['traffic'], needs: ['nginx'], probe: (p) => httpProbe(at(p.traffic, '/healthz')) },
  {
    name: 'worker',
    ports: ['worker'],
    needs: [DATABASE],
    probe: (p) => httpProbe(at(p.worker, '/readyz')),
  },
  ...(['payment-provider-primary', 'payment-provider-secondary'] as const).map(
    (name): Part => ({ name, ports: [name], needs: [], probe: (p) => httpProbe(at(p[name], '/healthz')) }),
  ),
  { name: 'keeper', ports: ['keeper'], needs: [], probe: (p) => httpProbe(at(p.keeper, '/healthz')) },
  {
    name: 'prometheus',
    ports: ['prometheus'],
    needs: [DATABASE], // which may take long: a target that is not there for so long would be an alert
    probe: (p) => httpProbe(at(p.prometheus, '/-/ready')),
  },
  { name: 'alertmanager', ports: ['alertmanager'], needs: [], probe: (p) => httpProbe(at(p.alertmanager, '/-/ready')) },
  {
    name: 'redis-exporter',
    ports: ['redis-exporter'],
    needs: [],
    probe: (p) => httpProbe(at(p['redis-exporter'], '/')),
  },
  {
    name: 'postgres-exporter',
    ports: ['postgres-exporter'],
    needs: ['postgres'],
    probe: (p) => httpProbe(at(p['postgres-exporter'], '/metrics'), (text) => /^pg_up 1$/m.test(text)),
  },
  {
    name: 'postgres-replica-exporter',
    ports: ['postgres-replica-exporter'],
    needs: ['postgres-replica'],
    probe: (p) => httpProbe(at(p['postgres-replica-exporter'], '/metrics'), (text) => /^pg_up 1$/m.test(text)),
  },
  {
    name: 'process-exporter',
    ports: ['process-exporter'],
    needs: [],
    probe: (p) => httpProbe(at(p['process-exporter'], '/')),
  },
  { name: 'slack', ports: ['slack'], needs: [], probe: (p) => httpProbe(at(p.slack, '/healthz')) },
]

/** Of a column with their names. */
export const NAME_WIDTH = Math.max(...PARTS.map(({ name }) => name.length))
