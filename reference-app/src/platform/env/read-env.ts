import { z } from 'zod'

/** The process was started with an environment that it cannot work with. One line for each problem. */
export class EnvError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'EnvError'
    this.problems = problems
  }
}

/**
 * Only reads; deciding is the next step. An empty variable counts as unset. Throws EnvError with every problem at once.
 */
export function readEnv<Schema extends z.ZodType>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): z.infer<Schema> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '' && value !== undefined))
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  throw new EnvError(
    parsed.error.issues.map((issue) => {
      const name = issue.path.join('.')
      return `${name}: ${given[name] === undefined ? 'is not set' : issue.message}`
    }),
  )
}

/**
 * For a process edge: what `decide` gives, or, when the environment cannot be worked with, every problem on stderr and
 * exit 2.
 */
export function orExit<T>(decide: () => T): T {
  try {
    return decide()
  } catch (error) {
    if (!(error instanceof EnvError)) throw error
    process.stderr.write('This environment cannot be worked with:\n')
    for (const problem of error.problems) process.stderr.write(`  ${problem}\n`)
    process.exit(2)
  }
}

export const port = z.coerce.number<string>().int().min(0).max(65_535)

export const logLevel = z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info')

export const fileName = z.string().min(1)

export const redisUrl = z.url({ protocol: /^rediss?$/ })

export const providerUrl = z.url({ protocol: /^https?$/ })

export const databaseUrl = z.url({ protocol: /^postgres(ql)?$/ })

export const host = z.string().min(1).default('127.0.0.1')

export const instanceName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower case letters, digits and hyphens')

export const version = z.string().min(1).max(100).default('development')
