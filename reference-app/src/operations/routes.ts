import { json, type Request, type RequestHandler, Router } from 'express'
import { z } from 'zod'
import { SOURCE_NAMES } from '../cache/source.ts'
import { type Answer, respond } from '../http/answer.ts'
import { parseBody } from '../http/parse-body.ts'
import type { Controls } from './controls.ts'
import { actorOf, requireOperator } from './operator.ts'
import { setBanner } from './set-banner.ts'
import { setBypass } from './set-bypass.ts'
import { setProtection } from './set-protection.ts'
import { describeState } from './state.ts'
import { useSource } from './use-source.ts'
import { warmUpCache } from './warm-up-cache.ts'

const BODY_LIMIT = '16kb'

const sourceBody = z.strictObject({ source: z.enum(SOURCE_NAMES) })
const bypassBody = z.strictObject({ bypass: z.boolean() })
const bannerBody = z.strictObject({ message: z.string().trim().min(1).max(280).nullable() })
const protectionBody = z.strictObject({ enabled: z.boolean() })
const emptyBody = z.strictObject({}).optional()

/** What an operator can ask of one instance and change on it. Everything here needs the operator token. */
export function operationsRoutes(controls: Controls, operatorToken: string): Router {
  const router = Router()
  const state = (): Answer => ({ status: 200, body: describeState(controls) })

  router.use((request, _response, next) => {
    requireOperator(request, operatorToken)
    next()
  })
  router.use(json({ limit: BODY_LIMIT, type: () => true }))

  router.get('/state', answer(state))
  router.put(
    '/cache/source',
    answer(async (request) => {
      await useSource(controls, actorOf(request), parseBody(request, sourceBody).source)
      return state()
    }),
  )
  router.put(
    '/cache/bypass',
    answer(async (request) => {
      await setBypass(controls, actorOf(request), parseBody(request, bypassBody).bypass)
      return state()
    }),
  )
  router.get(
    '/cache/warm-up',
    answer(() => ({ status: 200, body: controls.warmUp.progress })),
  )
  router.post(
    '/cache/warm-up',
    answer(async (request) => {
      parseBody(request, emptyBody)
      return { status: 200, body: await warmUpCache(controls, actorOf(request)) }
    }),
  )
  router.put(
    '/banner',
    answer(async (request) => {
      await setBanner(controls, actorOf(request), parseBody(request, bannerBody).message)
      return state()
    }),
  )
  router.put(
    '/protection',
    answer(async (request) => {
      await setProtection(controls, actorOf(request), parseBody(request, protectionBody).enabled)
      return state()
    }),
  )
  return router
}

function answer(work: (request: Request) => Answer | Promise<Answer>): RequestHandler {
  return async (request, response) => respond(response, await work(request))
}
