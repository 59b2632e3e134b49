import { CliError } from '@drillbook/content/errors'
import type { Command } from 'commander'

/**
 * `drillbook help lab up` is `drillbook lab up --help`, and every error names the help of the very command that was
 * meant.
 */
export function addHelp(program: Command): void {
  program
    .helpCommand(false)
    .command('help')
    .argument('[command...]', 'such as: lab up')
    .description('Show what a command does and takes.')
    .action((names: string[]) => commandOf(program, names).outputHelp())
  pointToHelp(program, program.name())
}

function commandOf(program: Command, names: readonly string[]): Command {
  let found = program
  for (const [index, name] of names.entries()) {
    const next = found.commands.find((each) => each.name() === name)
    if (next === undefined) {
      const above = [program.name(), ...names.slice(0, index)].join(' ')
      throw new CliError('usage', `${above} has no command ${name}`, {
        hint:
          found.commands.length === 0
            ? `See: ${above} --help`
            : `It has: ${found.commands.map((each) => each.name()).join(', ')}.`,
      })
    }
    found = next
  }
  return found
}

function pointToHelp(command: Command, path: string): void {
  command.showHelpAfterError(`(${path} --help shows what it takes)`)
  for (const each of command.commands) pointToHelp(each, `${path} ${each.name()}`)
}
