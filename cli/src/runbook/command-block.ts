import { splitArgv } from './argv.ts'
import type { ActionCall, Reference } from './runbook.ts'

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
  | ({ kind: 'act' } & ActionCall)
  | ({ kind: 'look' } & ActionCall)
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
  if (kind === 'act' || argv[0] === 'act') {
    const call = readAct(argv)
    return 'problem' in call ? call : { kind: kind === 'act' ? 'act' : 'look', ...call }
  }
  if (LOOKS.some((look) => look.every((word, i) => argv[i] === word))) return { kind: 'check', argv }
  const looks = [...LOOKS.map((look) => look.join(' ')), 'act NAME (of an action that only reads)'].join(', ')
  return { problem: `"kind":"check" changes nothing, so it is one of: ${looks}; "act" changes something` }
}

/**
 * `act NAME [--param k=v]...`, with no other option: whether it is asked and in which environment is the walk's choice.
 */
function readAct(argv: string[]): ActionCall | { problem: string } {
  const [command, action, ...options] = argv
  if (command !== 'act' || action === undefined || action.startsWith('-')) {
    return { problem: '"kind":"act" is drillbook act NAME [--param name=value]...' }
  }
  const params: Record<string, string> = {}
  const references: Record<string, Reference> = {}
  for (let i = 0; i < options.length; i++) {
    const option = options[i] ?? ''
    const pair = option === '--param' ? options[++i] : /^--param=(.*)$/.exec(option)?.[1]
    if (pair === undefined)
      return { problem: `drillbook act in a runbook takes only --param name=value, not ${option}` }
    const equals = pair.indexOf('=')
    if (equals < 1) return { problem: `--param ${pair}: write name=value` }
    const [name, value] = [pair.slice(0, equals), pair.slice(equals + 1)]
    if (!value.includes('${')) {
      params[name] = value
      continue
    }
    const reference = readReference(value)
    if ('problem' in reference) return { problem: `--param ${name}: ${reference.problem}` }
    references[name] = reference
  }
  return { action, params, references }
}

/** `${NAME.key.0.key}`: from the JSON that the block NAME answered. */
function readReference(value: string): Reference | { problem: string } {
  if (!/^\$\{[^{}]*\}$/.test(value)) return { problem: `a reference is the whole value, like \${NAME.rows.0.id}` }
  const [, block, path] = /^\$\{([a-z][a-z0-9]*(?:-[a-z0-9]+)*)\.([\w-]+(?:\.[\w-]+)*)\}$/.exec(value) ?? []
  if (block !== undefined && path !== undefined) return { block, path: path.split('.') }
  return { problem: `a reference is \${NAME.key.0.key} of an earlier block, not ${value}` }
}
