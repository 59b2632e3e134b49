import { z } from 'zod'

/** A step of the environment file as the keeper's state file holds it. */
export const stepSchema = z.object({
  exec: z.array(z.string()).optional(),
  ops: z
    .object({
      method: z.enum(['GET', 'PUT', 'POST', 'DELETE']),
      path: z.string(),
      json: z.json().optional(),
      on: z.string().optional(),
      at: z.string().optional(),
    })
    .optional(),
  timeout: z.string(),
})
