import { rootAt } from '../../src/content/root.ts'
import { type Environment, parseEnvironment } from '../../src/environment/environment.ts'

/** An environment named `here` with these actions, as its file would have them. */
export function environmentOf(actions: object): Environment {
  const file = { name: 'here', prometheus: { url: 'http://127.0.0.1:1' }, actions }
  return parseEnvironment(rootAt('/drillbook'), JSON.stringify(file), '/drillbook/environments/here.yaml')
}
