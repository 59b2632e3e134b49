import { readFileSync } from 'node:fs'
import { CliError } from '@drillbook/content/errors'

/** The user as whom root runs a program that must not, or need not, be root. */
export interface ServiceUser {
  name: string
  uid: number
  gid: number
}

/** Undefined for a normal user, who runs everything as himself. Throws `usage` when none of the names exists. */
export function serviceUser(names: readonly string[]): ServiceUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  const users = new Map(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .map(([name = '', , uid, gid]) => [name, { name, uid: Number(uid), gid: Number(gid) }]),
  )
  const found = names.map((name) => users.get(name)).find((user) => user !== undefined)
  if (found !== undefined) return found
  throw new CliError(
    'usage',
    `root may not run this part of the lab itself, and there is no user ${names.join(' or ')}`,
    {
      hint: 'Start the lab as a normal user, or install the Debian package that makes this user.',
    },
  )
}
