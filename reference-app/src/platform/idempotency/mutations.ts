import { createHash } from 'node:crypto'
import type { Database } from '../database/database.ts'
import type { Transaction } from '../database/transaction.ts'
import type { Answer } from '../http/answer.ts'
import { Problem } from '../problem/problem.ts'
import type { AnswerStore, Scope } from './answer-store.ts'
import { keyInFlight } from './key.ts'

/** A change that a caller asks for. `request`: the parsed body, which identifies the request. */
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
 * Runs effects in one transaction each, and those with a key at most once: the key is kept by the transaction of the
 * effect, so that neither is ever there without the other. A refused or failed request has no effect and leaves no key:
 * the same key may then be tried again.
 */
export class Mutations {
  private readonly database: Database
  private readonly answers: AnswerStore

  constructor(database: Database, answers: AnswerStore) {
    this.database = database
    this.answers = answers
  }

  /**
   * Throws `idempotency_key_in_flight`, `idempotency_key_reused` and what `effect` throws. `effect` may run more than
   * once, as in a transaction.
   */
  async run(mutation: Mutation, effect: (transaction: Transaction) => Promise<Answer>): Promise<Mutated> {
    const [mutated] = await this.runAll([mutation], async (transaction) => [await effect(transaction)])
    if (mutated === undefined || mutated instanceof Problem) throw mutated
    return mutated
  }

  /**
   * Many in one transaction. `effect` gets those that have not taken effect before and gives one answer for each, in
   * their order: a Problem for one that it refuses, and that has no effect then. What `effect` throws undoes them all.
   */
  async runAll(
    mutations: readonly Mutation[],
    effect: (transaction: Transaction, fresh: readonly Mutation[]) => Promise<(Answer | Problem)[]>,
  ): Promise<(Mutated | Problem)[]> {
    return await this.database.transaction(async (transaction) => {
      const given = await this.given(transaction, mutations.flatMap(keyedOf))
      const fresh = mutations.filter((mutation) => !given.has(mutation))
      const answers = fresh.length > 0 ? await effect(transaction, fresh) : []
      const answered = new Map(fresh.map((mutation, i) => [mutation, answers[i]]))
      await this.keep(transaction, answered)
      return mutations.map((mutation) => given.get(mutation) ?? asMutated(answered.get(mutation)))
    })
  }

  /** Those that end here: they took effect before, or are refused because of their key. */
  private async given(transaction: Transaction, keyed: Keyed[]): Promise<Map<Mutation, Mutated | Problem>> {
    const ended = new Map<Mutation, Mutated | Problem>()
    if (keyed.length === 0) return ended
    const locked = await this.answers.lock(transaction, keyed)
    // A statement of its own, after the lock: it sees what the last owner of the lock has committed.
    const found = await this.answers.find(transaction, keyed)
    const ours = new Set<string>() // a lock that this transaction has it gets again
    for (const [i, { mutation, route, userId, key, requestHash }] of keyed.entries()) {
      const name = JSON.stringify([userId, route, key])
      const answer = found[i]
      if (locked[i] !== true || ours.has(name)) ended.set(mutation, keyInFlight())
      else if (answer !== undefined && answer.requestHash !== requestHash) ended.set(mutation, reused())
      else if (answer !== undefined) ended.set(mutation, { answer: replayOf(answer.answer), replayed: true })
      ours.add(name)
    }
    return ended
  }

  private async keep(transaction: Transaction, answered: Map<Mutation, Answer | Problem | undefined>): Promise<void> {
    const kept = [...answered].flatMap(([mutation, answer]) =>
      answer === undefined || answer instanceof Problem ? [] : keyedOf(mutation).map((keyed) => ({ ...keyed, answer })),
    )
    if (kept.length > 0) await this.answers.keep(transaction, kept)
  }
}

type Keyed = Scope & { mutation: Mutation; requestHash: string }

/** None when it has no key. */
function keyedOf(mutation: Mutation): Keyed[] {
  const { userId, route, key, request } = mutation
  return key === undefined ? [] : [{ mutation, userId, route, key, requestHash: hashOf(request) }]
}

function asMutated(answer: Answer | Problem | undefined): Mutated | Problem {
  if (answer === undefined) throw new Error('a mutation was not answered')
  return answer instanceof Problem ? answer : { answer, replayed: false }
}

function reused(): Problem {
  return new Problem('idempotency_key_reused', 'It was sent with another body before. Use a new key.')
}

function replayOf(answer: Answer): Answer {
  return { ...answer, headers: { ...answer.headers, 'idempotency-replayed': 'true' } }
}

/** Parsed bodies have their fields in the order of their schema, so the same content gives the same text. */
function hashOf(request: unknown): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('base64url')
}
