import { createHash } from 'node:crypto'
import type { Database } from '../database/database.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Answer } from '../http/answer.ts'
import { Problem } from '../problem/problem.ts'
import type { AnswerStore, Scope } from './answer-store.ts'

/** What a caller wants changed. `request` is all that makes it this request and no other: the parsed body. */
export interface Mutation {
  userId: number
  /** Method and path template. */
  route: string
  /** Absent: the caller does not mind if it takes effect again. */
  key: string | undefined
  request: unknown
}

export interface Mutated {
  answer: Answer
  /** It took effect before, and this is the answer of then. */
  replayed: boolean
}

/**
 * Runs effects in one transaction each, and those with a key at most once: the key is kept by the transaction of the effect, so that neither is
 * ever there without the other. A refused or failed request has no effect and leaves no key: the same key may then be tried again.
 */
export class Mutations {
  private readonly database: Database
  private readonly answers: AnswerStore

  constructor(database: Database, answers: AnswerStore) {
    this.database = database
    this.answers = answers
  }

  /** Throws `idempotency_key_in_flight`, `idempotency_key_reused` and what `effect` throws. `effect` may run more than once, as in a transaction. */
  async run(mutation: Mutation, effect: (transaction: Transaction) => Promise<Answer>): Promise<Mutated> {
    const { userId, route, key, request } = mutation
    return await this.database.transaction(async (transaction) => {
      if (key === undefined) return { answer: await effect(transaction), replayed: false }
      const scope: Scope = { userId, route, key }
      const requestHash = hashOf(request)
      const before = await this.given(transaction, scope, requestHash)
      if (before !== undefined) return { answer: replayOf(before), replayed: true }
      const answer = await effect(transaction)
      await this.answers.keep(transaction, scope, requestHash, answer)
      return { answer, replayed: false }
    })
  }

  private async given(transaction: Transaction, scope: Scope, requestHash: string): Promise<Answer | undefined> {
    if (!(await this.answers.lock(transaction, scope))) {
      throw new Problem('idempotency_key_in_flight', 'Wait for its answer, or send this again in a moment.')
    }
    // A statement of its own, after the lock: it sees what the last owner of the lock has committed.
    const found = await this.answers.find(transaction, scope)
    if (found !== undefined && found.requestHash !== requestHash) {
      throw new Problem('idempotency_key_reused', 'It was sent with another body before. Use a new key.')
    }
    return found?.answer
  }
}

function replayOf(answer: Answer): Answer {
  return { ...answer, headers: { ...answer.headers, 'idempotency-replayed': 'true' } }
}

/** Parsed bodies have their fields in the order of their schema, so the same content gives the same text. */
function hashOf(request: unknown): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('base64url')
}
