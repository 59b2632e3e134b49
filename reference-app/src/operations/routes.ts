import { json, type Request, type RequestHandler, Router } from 'express'
import type { z } from 'zod'
import type { Action, View } from '../platform/controls/action.ts'
import { bodyOf, type SettingRoute } from '../platform/controls/setting.ts'
import { type Answer, respond } from '../platform/http/answer.ts'
import { parseBody } from '../platform/http/parse-body.ts'
import { Problem } from '../platform/problem/problem.ts'
import { ACCESS } from './access.ts'
import { actorOf, type Operator, roleOf } from './operator.ts'
import type { Plane } from './plane.ts'
import { runAction } from './run-action.ts'
import { stateOf } from './state.ts'

const BODY_LIMIT = '16kb'

/** Whatever is neither text nor a number for Postgres: NUL, and half a character. */
const NOT_FOR_POSTGRES = /\\u0000|\\ud[89a-f]/

/** The routes of all settings, actions and views of this process. Each needs a token; `ACCESS` says whose. */
export function operationsRoutes(plane: Plane): Router {
  const router = Router()
  router.use((request, response, next) => {
    response.locals.role = roleOf(request, plane.tokens)
    next()
  })
  const state: View = { path: '/state', does: 'everything here, as it is now', show: () => stateOf(plane) }
  for (const view of [state, ...plane.views]) {
    router.get(
      view.path,
      allowed('GET', view.path),
      answer(async ({ query }) => await view.show(query)),
    )
  }
  for (const route of plane.settings) {
    router.put(route.path, allowed('PUT', route.path), body, answer(change(plane, route)))
  }
  for (const action of plane.actions) {
    const method = action.method.toLowerCase() as 'post' | 'put' | 'delete'
    router[method](action.path, allowed(action.method, action.path), body, answer(run(plane, action)))
  }
  return router
}

const body = json({ limit: BODY_LIMIT, type: () => true })

/** Throws `forbidden` unless ACCESS lists the role for the route. */
function allowed(method: string, path: string): RequestHandler {
  const route = `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`
  return (_request, response, next) => {
    const { role } = response.locals
    if (ACCESS[route]?.includes(role) !== true) throw new Problem('forbidden', `${route} is not for a ${role}.`)
    next()
  }
}

type Answering = (request: Request, operator: () => Operator) => Promise<unknown>

function answer(work: Answering): RequestHandler {
  return async (request, response) => {
    const operator = () => ({ actor: actorOf(request), role: response.locals.role })
    const answered: Answer = { status: 200, body: await work(request, operator) }
    respond(response, answered)
  }
}

function change(plane: Plane, { members }: SettingRoute): Answering {
  return async (request, operator) => {
    const fields = members[parameterOf(request)]
    if (fields === undefined) {
      throw new Problem('nothing_of_that_name', `There are ${Object.keys(members).join(', ')}.`)
    }
    const values = parse(request, bodyOf(fields))
    const changes = Object.entries(values).flatMap(([field, value]) => {
      const setting = fields[field]
      return setting === undefined ? [] : [[setting, value] as const]
    })
    await plane.state.change(new Map(changes), operator())
    return stateOf(plane)
  }
}

function run(plane: Plane, action: Action<unknown>): Answering {
  return async (request, operator) => {
    const input = parse(request, action.body)
    const { answer } = await runAction(plane, action, input, parameterOf(request), operator())
    return answer ?? stateOf(plane)
  }
}

function parse<T>(request: Request, schema: z.ZodType<T>): T {
  const parsed = parseBody(request, schema)
  if (NOT_FOR_POSTGRES.test(JSON.stringify(parsed) ?? '')) {
    throw new Problem('invalid_request', 'A text holds characters that cannot be stored.')
  }
  return parsed
}

function parameterOf({ params }: Request): string {
  const [parameter] = Object.values(params)
  return typeof parameter === 'string' ? parameter : ''
}
