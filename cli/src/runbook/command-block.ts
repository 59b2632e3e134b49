import { splitArgv } from './argv.ts'

/** The commands that look and change nothing: what a `"kind":"check"` block may hold. */
const LOOKS: readonly string[][] = [
  ['alerts'],
  ['query'],
  ['check'],
  ['doctor'],
  ['incident', 'list'],
  ['incident', 'show'],
  ['runbook', 'list'],
  ['runbook', 'show'],
  ['drill', 'list'],
  ['fault', 'list'],
  ['lab', 'status'],
]

export type DrillbookCommand =
  | { kind: 'act'; action: string; params: Record<string, string> }
  | { kind: 'check'; argv: string[] }
  | { problem: string }

/** Reads the content of an `sh` block: exactly one `drillbook` command of the declared kind. */
export function readCommand(code: string, kind: 'act' | 'check'): DrillbookCommand {
  const lines = code.split('\n').filter((line) => line.trim() !== '')
  if (lines.length !== 1) return { problem: `an sh block holds exactly one command, not ${lines.length} lines` }
  const split = splitArgv(lines[0] ?? '')
  if ('problem' in split) return split
  const [program, ...argv] = split.argv
  if (program !== 'drillbook') {
    return {
      problem: `the command must be drillbook, not ${program}: what people type by hand goes into a console block`,
    }
  }
  if (kind === 'act') return readAct(argv)
  if (LOOKS.some((look) => look.every((word, i) => argv[i] === word))) return { kind: 'check', argv }
  const looks = LOOKS.map((look) => look.join(' ')).join(', ')
  return { problem: `"kind":"check" changes nothing, so it is one of: ${looks}; "act" changes something` }
}

/** `act NAME [--param k=v]...`, with no other option: the walk asks, in which environment is the walk's choice. */
function readAct(argv: string[]): DrillbookCommand {
  const [command, action, ...options] = argv
  if (command !== 'act' || action === undefined || action.startsWith('-')) {
    return { problem: '"kind":"act" is drillbook act NAME [--param name=value]...' }
  }
  const params: Record<string, string> = {}
  for (let i = 0; i < options.length; i++) {
    const option = options[i] ?? ''
    const pair = option === '--param' ? options[++i] : /^--param=(.*)$/.exec(option)?.[1]
    if (pair === undefined)
      return { problem: `drillbook act in a runbook takes only --param name=value, not ${option}` }
    const equals = pair.indexOf('=')
    if (equals < 1) return { problem: `--param ${pair}: write name=value` }
    params[pair.slice(0, equals)] = pair.slice(equals + 1)
  }
  return { kind: 'act', action, params }
}
