import { keeper } from '../../src/commands/keeper.ts'
import { processStdio } from '../../src/stdio.ts'

/** The keeper alone, as `drillbook keeper` starts it: for tests that kill it. */
const [env = '', port = '0', state = '', tokenFile = ''] = process.argv.slice(2)
await keeper(processStdio(new AbortController().signal), { env, port: Number(port), state, tokenFile })
