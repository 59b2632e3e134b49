import { afterEach, beforeEach } from '@jest/globals'
import type { Session } from '../../src/keeper/session.ts'
import { FakeEnvironment, until } from './fake-environment.ts'

export const REQUEST = {
  drill: 'a-drill',
  incident: 'an-incident',
  rollbacks: ['bring-back'],
  leaseSeconds: 30,
  hardLimitSeconds: 60,
}

/** Of the test that runs. */
export let environment: FakeEnvironment

/** A fresh one for each test of the file that calls it. */
export function freshEnvironments(): void {
  beforeEach(() => {
    environment = new FakeEnvironment()
  })
  afterEach(() => environment.stop())
}

export const calls = (instance = 0) => environment.ops[instance]?.calls ?? []

export const current = async (): Promise<Session> => {
  const session = await environment.client().current()
  if (session === undefined) throw new Error('there is no session')
  return session
}

export const ended = () => until(async () => (await current()).state === 'ended', 'the session to end')
