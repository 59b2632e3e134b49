import { createRequire } from 'node:module'
import { describe, expect, jest, test } from '@jest/globals'
import express, { type NextFunction, type Request, type Response, Router } from 'express'
import { observedApp } from './counted-routes.ts'

const answer = (_req: Request, res: Response) => void res.end()
const pass = (_req: Request, _res: Response, next: NextFunction) => next()

describe('the route label of routers inside routers', () => {
  test.each([false, true])('names all parameters, with mergeParams %s', async (mergeParams) => {
    const teams = Router({ mergeParams }).get('/members', answer)
    const orgs = Router({ mergeParams }).use('/teams/:team', teams)
    const { app, routes } = observedApp()
    app.use('/orgs/:org', orgs)
    const paths = [
      '/orgs/7/teams/8/members',
      '/orgs/7/teams/7/members',
      '/orgs/teams/teams/orgs/members',
      '/orgs/%37/TEAMS/%2f/Members/',
    ]
    expect(new Set(await routes(...paths))).toEqual(new Set(['/orgs/:org/teams/:team/members']))
  })

  test('keeps fixed parts that a client also writes as a value', async () => {
    const { app, routes } = observedApp()
    app.use('/users/:name', Router().get('/orders', answer))
    app.use('/two/:a/:b', Router().get('/z', answer))
    expect(await routes('/users/users/orders', '/two/5/5/z', '/two/two/z/z')).toEqual([
      '/users/:name/orders',
      '/two/:a/:b/z',
      '/two/:a/:b/z',
    ])
  })

  test('is made of mounts with prefixes, optional parts and wildcards as they stand in the code', async () => {
    const { app, routes } = observedApp()
    app.use('/files-:id', Router().get('/x', answer))
    app.use('/shop{/in-:lang}', Router().get('/cart', answer))
    app.use('/deep/*rest/end', Router().get('/*file', answer))
    expect(await routes('/files-1/x', '/shop/cart', '/shop/in-en/cart', '/deep/a/b/end/c/d')).toEqual([
      '/files-:id/x',
      '/shop{/in-:lang}/cart',
      '/shop{/in-:lang}/cart',
      '/deep/*rest/end/*file',
    ])
  })

  test('is the source of a regular expression, and of several paths the one that matched', async () => {
    const { app, routes } = observedApp()
    app.use(/\/rx\/\d+/, Router().get('/x', answer))
    const tenant = Router().get(['/a', '/b/:id', /^\/c\d$/], answer)
    tenant.param('tenant', (_req, _res, next) => void setImmediate(next))
    app.param('tenant', (_req, _res, next) => void setImmediate(next))
    app.use(['/old/:tenant', '/new/:tenant'], tenant)
    expect(await routes('/rx/5/x', '/rx/6/x', '/old/1/a', '/new/old/b/a', '/new/2/c3')).toEqual([
      '/\\/rx\\/\\d+//x',
      '/\\/rx\\/\\d+//x',
      '/old/:tenant/a',
      '/new/:tenant/b/:id',
      '/new/:tenant/^\\/c\\d$/',
    ])
  })

  test.each(['mount', 'route'])(
    'is of several paths of a %s the one of each request, not of another meanwhile',
    async (on) => {
      const both = Promise.withResolvers<void>()
      let waiting = 0
      const { app, routesTogether } = observedApp()
      app.param('id', async (_req, _res, next) => {
        if (++waiting === 2) both.resolve()
        await both.promise
        next()
      })
      if (on === 'mount') app.use(['/old/:id', '/new/:id'], Router().get('/x', answer))
      else app.get(['/old/:id/x', '/new/:id/x'], answer)
      expect(await routesTogether('/old/1/x', '/new/2/x')).toEqual(['/new/:id/x', '/old/:id/x'])
    },
  )

  test('has the mounts of applications inside applications', async () => {
    const inner = express().get('/p/:id', answer)
    const sub = express().use('/inner/:a', inner)
    const { app, routes } = observedApp()
    app.use('/sub/:b', sub)
    app.use('/called/:c', (req: Request, res: Response, next: NextFunction) =>
      express().use('/x', inner)(req, res, next),
    )
    expect(await routes('/sub/1/inner/1/p/1', '/called/p/x/p/5')).toEqual([
      '/sub/:b/inner/:a/p/:id',
      '/called/:c/x/p/:id',
    ])
  })

  test('is that of the outer router after the inner ones have passed the request on', async () => {
    const { app, routes } = observedApp()
    app.use('/a/:x', pass, Router().use('/b/:y', Router().get('/c', pass)))
    app.use(Router().use(Router().get('/a/:z/b/c/d', answer)))
    app.use('/a', Router().get('/:p/b/:q/c', answer))
    expect(await routes('/a/1/b/2/c', '/a/1/b/c/d')).toEqual(['/a/:p/b/:q/c', '/a/:z/b/c/d'])
  })

  test('stays what matched when a parameter is refused, or when a handler fails deep inside', async () => {
    const { app, routes } = observedApp()
    const orders = Router().param('id', (_req, _res, next) => next(new Error('no')))
    orders.get(['/by-id/:id', '/also/:id'], answer)
    app.use(
      '/shops/:shop',
      orders.get('/fails', async () => Promise.reject(new Error('no'))),
    )
    app.use((_error: unknown, _req: Request, res: Response, _next: NextFunction) => void res.status(500).end())
    expect(await routes('/shops/1/also/1', '/shops/1/by-id/1', '/shops/shops/fails')).toEqual([
      '/shops/:shop/also/:id',
      '/shops/:shop/by-id/:id',
      '/shops/:shop/fails',
    ])
  })

  test('is right after a router that passed the request on has been called by a handler', async () => {
    const { app, routes } = observedApp()
    const first = Router().use('/:x', pass)
    const second = Router().get('/y', answer)
    app.use('/a/:b', (req, res, next) => first(req, res, () => second(req, res, next)))
    expect(await routes('/a/1/y')).toEqual(['/a/:b/y'])
  })

  test('counts routers that a handler of an outer router, an error handler or a route calls by itself', async () => {
    const { app, routes } = observedApp()
    const inner = Router().get('/x/:id', answer)
    app.use('/middleware/:a', (req, res, next) => inner(req, res, next))
    app.get('/x/:id', (_req, _res, next) => next(), inner)
    app.use('/fails', () => {
      throw new Error('no')
    })
    app.use('/fails', (_error: unknown, req: Request, res: Response, next: NextFunction) => inner(req, res, next))
    expect(await routes('/middleware/1/x/1', '/x/1', '/fails/x/1')).toEqual([
      '/middleware/:a/x/:id',
      '/x/:id',
      '/fails/x/:id',
    ])
  })
})

describe('where no template can be known, the route label', () => {
  test('is unmatched: inside a router, after a malformed escape, for automatic answers to OPTIONS', async () => {
    const { app, routes } = observedApp()
    app.use('/orgs/:org', Router().get('/members', answer))
    expect(
      await routes('/orgs/1/none', '/orgs/%zz/members', 'OPTIONS /orgs/1/members', 'HEAD /orgs/1/members'),
    ).toEqual(['unmatched', 'unmatched', 'unmatched', '/orgs/:org/members'])
  })

  test('is unknown in a router inside itself, however deep a client goes', async () => {
    const { app, routes } = observedApp()
    const tree = Router().get('/', answer)
    app.use('/tree', tree.use('/child/:id', tree))
    app.get('/tree/child/:id/leaf', answer)
    expect(await routes('/tree', '/tree/child/1', '/tree/child/1/child/2', '/tree/child/1/leaf')).toEqual([
      '/tree',
      'unknown',
      'unknown',
      '/tree/child/:id/leaf',
    ])
  })

  test('is unknown in an application of another copy of Express, also in what that mounts', async () => {
    const { app, routes } = observedApp()
    app.use('/sub/:a', otherCopy()().get('/x', answer).use('/y/:b', Router().get('/z', answer)))
    expect(await routes('/sub/1/x', '/sub/2/x', '/sub/1/y/2/z')).toEqual(['unknown', 'unknown', 'unknown'])
  })
})

test('the route label is the template in routers of another copy of Express', async () => {
  const other = otherCopy()
  const { app, routes } = observedApp()
  app.use('/router/:c', other.Router().use('/d/:d', other.Router().get('/e', answer)))
  expect(await routes('/router/1/d/2/e', '/router/d/d/e/e')).toEqual(['/router/:c/d/:d/e', '/router/:c/d/:d/e'])
})

function otherCopy(): typeof express {
  jest.resetModules()
  const other: typeof express = createRequire(import.meta.url)('express')
  expect(other.Router.prototype).not.toBe(express.Router.prototype)
  return other
}

test('a request that a handler sends through the application again has the template of its new path', async () => {
  const { app, routes } = observedApp()
  app.use((req, res, next) => {
    if (!req.url.startsWith('/old')) return next()
    req.url = req.url.replace('/old', '/new')
    app(req, res, next)
  })
  app.use('/new/:a', Router().get('/:b', answer))
  expect(await routes('/old/1/2', '/new/1/2')).toEqual(['/new/:a/:b', '/new/:a/:b'])
})
