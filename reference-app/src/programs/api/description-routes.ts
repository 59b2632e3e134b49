import { readFileSync } from 'node:fs'
import { Router } from 'express'
import { methodNotAllowed } from '../../platform/problem/method-not-allowed.ts'

const FILE = new URL('../../../openapi.yaml', import.meta.url)

/**
 * GET /openapi.yaml: what this API promises, in OpenAPI 3.1. Needs nothing, so it has no outcome. Throws at once when
 * the file is not there.
 */
export function descriptionRoutes(): Router {
  const text = readFileSync(FILE)
  const router = Router()
  router
    .route('/openapi.yaml')
    .get((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/yaml; charset=utf-8', 'content-length': text.length })
      response.end(text)
    })
    .all(methodNotAllowed('GET, HEAD'))
  return router
}
