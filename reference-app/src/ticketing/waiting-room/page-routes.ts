import { type Request, urlencoded } from 'express'
import type { Banner } from '../../platform/banner.ts'
import type { Answer } from '../../platform/http/answer.ts'
import { parseId } from '../../platform/http/id.ts'
import type { OperationContext } from '../../platform/http/operation.ts'
import type { Operations } from '../../platform/http/operation-router.ts'
import { Problem } from '../../platform/problem/problem.ts'
import { closedPage, entrancePage, placePage, STATIC_PAGE } from './page.ts'
import { pauseOf } from './place.ts'
import type { Queueing } from './routes.ts'

export interface WaitingRoomPage extends Queueing {
  banner: Banner
}

/** Only its own style is loaded, no script runs, and framing is forbidden. */
const HTML = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
}
const COOKIE = 'queue-token'
const COOKIE_SCOPE = 'Path=/waiting-room; HttpOnly; SameSite=Lax'
const CLOSED_PAUSE_SECONDS = 5
const FORM_LIMIT = '1kb'

/** The waiting room as a web page without scripts: a form, a cookie, and a page that refreshes itself. */
export const PAGE_OPERATIONS = {
  waiting_room_page: {
    method: 'GET',
    path: '/waiting-room',
    class: 'purchase',
    answer: (request, parts) => orClosed(parts, () => show(parts, request.headers.cookie)),
  },
  waiting_room_enter: {
    method: 'POST',
    path: '/waiting-room',
    class: 'purchase',
    parseBody: urlencoded({ extended: false, limit: FORM_LIMIT }) as OperationContext['parseBody'],
    answer: (request, parts) => orClosed(parts, () => enter(parts, request)),
  },
} satisfies Operations<WaitingRoomPage>

async function show({ tokens, waitingRoom, banner }: WaitingRoomPage, cookies = ''): Promise<Answer> {
  const text = new RegExp(`(?:^|;\\s*)${COOKIE}=([^;\\s]{1,600})`).exec(cookies)?.[1]
  if (text === undefined) return html(200, entrancePage())
  const place = await waitingRoom.status(tokens.verify(text, new Date()), text)
  return html(200, placePage(place, pauseOf(place), banner.message))
}

/** Post, redirect, get: reloading the page does not join again. */
async function enter({ waitingRoom }: WaitingRoomPage, { body }: Request): Promise<Answer> {
  const userId = parseId('The user number', (body as { userId?: unknown } | undefined)?.userId)
  const { token } = await waitingRoom.join(userId)
  return html(303, '', { location: '/waiting-room', 'set-cookie': `${COOKIE}=${token}; ${COOKIE_SCOPE}` })
}

/** People get a page, whatever the matter is. */
async function orClosed({ waitingRoom }: WaitingRoomPage, answer: () => Promise<Answer>): Promise<Answer> {
  if (waitingRoom.mode === 'static') return html(200, STATIC_PAGE)
  try {
    return await answer()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (error.status >= 500) {
      const closed = html(503, closedPage(CLOSED_PAUSE_SECONDS), { 'retry-after': String(CLOSED_PAUSE_SECONDS) })
      return { ...closed, problem: error.code }
    }
    if (error.code === 'invalid_request') return { ...html(400, entrancePage(error.message)), problem: error.code }
    // The token is of no use any more: to the end of the line.
    return html(200, entrancePage(error.message), { 'set-cookie': `${COOKIE}=; Max-Age=0; ${COOKIE_SCOPE}` })
  }
}

function html(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return { status, body, headers: { ...HTML, ...headers } }
}
