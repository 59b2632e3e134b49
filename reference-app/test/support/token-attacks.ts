import { createHmac } from 'node:crypto'
import { QueueTokens } from '../../src/ticketing/queue-token.ts'
import { QUEUE_TOKEN_SECRET } from './api.ts'

/** What an attacker may hold: tokens that are or were good. */
export interface Loot {
  /** Of the user who is attacked, admitted now. */
  genuine: string
  userId: number
  /** Of the same user, from a stay that ended before. */
  left: string
  /** Of another user, admitted now. */
  another: string
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const bodyOf = (token: string) => token.slice(0, token.indexOf('.'))
const signatureOf = (token: string) => token.slice(token.indexOf('.') + 1)
const claimsOf = (token: string) => JSON.parse(Buffer.from(bodyOf(token), 'base64url').toString()) as object
const hmac = (algorithm: string, text: string) =>
  createHmac(algorithm, QUEUE_TOKEN_SECRET).update(text).digest('base64url')
const tokenOf = ({ userId }: Loot, id: string, expiresAt: number, secret = QUEUE_TOKEN_SECRET) =>
  new QueueTokens(secret).sign({ userId, id, expiresAt: new Date(expiresAt) })
const idOf = (token: string) => (claimsOf(token) as { jti: string }).jti
const inAnHour = () => Date.now() + 3_600_000

/** Each a token that must not open the gate for `userId`. */
export const TOKEN_ATTACKS: Readonly<Record<string, (loot: Loot) => string>> = {
  'no token': () => '',
  'a signature of which one character was changed': ({ genuine }) => {
    const at = genuine.indexOf('.') + 5
    return genuine.slice(0, at) + (genuine[at] === 'A' ? 'B' : 'A') + genuine.slice(at + 1)
  },
  'signed with another secret': (loot) =>
    tokenOf(loot, idOf(loot.genuine), inAnHour(), 'another secret, guessed wrongly'),
  'the signature of another user': ({ genuine, another }) => `${bodyOf(genuine)}.${signatureOf(another)}`,
  'the token of another user': ({ another }) => another,
  'a longer life under the old signature': ({ genuine }) =>
    `${encode({ ...claimsOf(genuine), exp: inAnHour() * 2 })}.${signatureOf(genuine)}`,
  truncated: ({ genuine }) => genuine.slice(0, -1),
  'padded base64': ({ genuine }) => `${genuine}=`,
  'a JSON web token that asks for no algorithm': ({ genuine }) =>
    `${encode({ alg: 'none', typ: 'JWT' })}.${bodyOf(genuine)}.`,
  'another algorithm with the right secret': ({ genuine }) =>
    `${bodyOf(genuine)}.${hmac('sha512', `queue-token.v1.${bodyOf(genuine)}`)}`,
  'signed for another purpose': ({ genuine }) =>
    `${bodyOf(genuine)}.${hmac('sha256', `password-reset.v1.${bodyOf(genuine)}`)}`,
  huge: ({ genuine }) => genuine + 'A'.repeat(4_000),
  'expired, though well signed': (loot) => tokenOf(loot, idOf(loot.genuine), Date.now() - 1),
  'of a stay that the user has left': ({ left }) => left,
  'well signed, of a stay that never was': (loot) => tokenOf(loot, 'c29tZWJvZHlzaWQ', inAnHour()),
  'issued while there was no waiting room': ({ userId }) =>
    new QueueTokens(QUEUE_TOKEN_SECRET).issue(userId, new Date()).text,
}

/** Makes the loot: user `userId` leaves once and comes back; `userId + 1` comes, too. Both must find room. */
export async function loot(
  userId: number,
  join: (userId: number) => Promise<string>,
  leave: (userId: number, token: string) => Promise<unknown>,
): Promise<Loot> {
  const left = await join(userId)
  await leave(userId, left)
  return { userId, left, genuine: await join(userId), another: await join(userId + 1) }
}
