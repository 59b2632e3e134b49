import { readSecret } from '../platform/env/secret.ts'
import type { Tokens } from './operator.ts'

/** Adds to `problems` what is wrong with the files. */
export function readTokens(
  env: { OPS_TOKEN_FILE: string; OPS_VIEWER_TOKEN_FILE?: string | undefined },
  problems: string[],
): Tokens {
  const operator = readSecret('OPS_TOKEN_FILE', env.OPS_TOKEN_FILE, problems)
  if (env.OPS_VIEWER_TOKEN_FILE === undefined) return { operator }
  return { operator, viewer: readSecret('OPS_VIEWER_TOKEN_FILE', env.OPS_VIEWER_TOKEN_FILE, problems) }
}
