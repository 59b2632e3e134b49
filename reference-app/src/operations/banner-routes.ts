import type { Banner } from '../platform/banner.ts'
import type { Operations } from '../platform/http/operation-router.ts'

/** The banner that operators set for users: 200 {message}, or 204 without one. Needs no token and no database. */
export const BANNER_OPERATIONS = {
  banner: {
    method: 'GET',
    path: '/api/v1/banner',
    class: 'browse',
    answer: (_request, { banner }) =>
      banner.message === null ? { status: 204 } : { status: 200, body: { message: banner.message } },
  },
} satisfies Operations<{ banner: Banner }>
