import { Problem } from './problem.ts'

/**
 * The last handler of a path: the path exists, this method does not. `allow`: the methods that do, as the header wants
 * them.
 */
export function methodNotAllowed(allow: string): (request: { method: string }) => never {
  return ({ method }) => {
    throw new Problem('method_not_allowed', `${method} is not possible here; ${allow} is.`, { headers: { allow } })
  }
}
