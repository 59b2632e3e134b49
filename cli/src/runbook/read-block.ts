import type { Code } from 'mdast'
import { readCommand } from './command-block.ts'
import { runnableLanguage } from './fence.ts'
import { promqlAttributes, readInfo, shAttributes } from './info-string.ts'
import type { Block, CheckBlock } from './runbook.ts'

/** A fenced block: a step's, prose (a `console` block, sample output), or wrong. */
export type ReadBlock = { block: Block } | { prose: true } | { problems: string[] }

const SHELLS = ['bash', 'shell', 'zsh', 'fish']

/** `raw` is the fence's line as it stands in the file. */
export function readBlock(code: Code, raw: string): ReadBlock {
  const line = code.position?.start.line ?? 0
  const runnable = runnableLanguage(code)
  if (runnable !== undefined) {
    const { language, rest } = runnable
    if (rest !== '') return { problems: [`a blank belongs after ${language}, not ${JSON.stringify(rest[0])}`] }
    return language === 'promql' ? readCheck(code, raw, line) : readSh(code, raw, line)
  }
  const lang = code.lang ?? ''
  if (lang.startsWith('{')) return { problems: ['the block has attributes and no language: write promql or sh'] }
  if (SHELLS.includes(lang.toLowerCase()) && /^\s*drillbook\s/m.test(code.value)) {
    return {
      problems: [`a ${lang} block is no step: use sh for a drillbook command, console for what people type by hand`],
    }
  }
  return { prose: true }
}

function readCheck(code: Code, raw: string, line: number): ReadBlock {
  const info = readInfo(raw, promqlAttributes)
  const problems = 'problems' in info ? info.problems : []
  if (code.value.trim() === '') problems.push('the check asks nothing: its block is empty')
  if (!('value' in info) || problems.length > 0) return { problems }
  const { name, expect, within, for: forMs, empty, decides, when } = info.value
  const block: CheckBlock = {
    type: 'check',
    name,
    promql: code.value.trim(),
    expect,
    ...(within === undefined ? {} : { withinMs: within }),
    ...(forMs === undefined ? {} : { forMs }),
    emptyHolds: empty === 'ok',
    decides: decides === 'true',
    ...(when === undefined ? {} : { when }),
    line,
  }
  return { block }
}

function readSh(code: Code, raw: string, line: number): ReadBlock {
  const info = readInfo(raw, shAttributes)
  if (!('value' in info)) return info
  const { name, kind, undo, when } = info.value
  const optional = info.value.optional === 'true'
  const decides = info.value.decides === 'true'
  const read = readCommand(code.value, kind)
  if ('problem' in read) return { problems: [read.problem] }
  const command = code.value.trim()
  const placed = { name, ...(when === undefined ? {} : { when }), line }
  if (read.kind === 'act') {
    if (decides) return { problems: ['an act changes something: only a check decides'] }
    const { action, params, references } = read
    const undone = undo === undefined ? {} : { undo }
    return { block: { type: 'act', ...placed, action, params, references, ...undone, optional, command } }
  }
  if (optional) return { problems: ['only an act may be optional: a check is not bound'] }
  if (undo !== undefined) return { problems: ['a check changes nothing, so it has no undo'] }
  if (read.kind === 'check') return { block: { type: 'command', ...placed, argv: read.argv, decides, command } }
  const { action, params, references } = read
  return { block: { type: 'look', ...placed, action, params, references, decides, command } }
}
