import { describe, expect, test } from '@jest/globals'
import { checkPayload, type Refusal } from '../../src/slack/check-payload.ts'

const json = (payload: unknown) => checkPayload(JSON.stringify(payload), 'application/json')
const refusal = (payload: unknown): { error: Refusal; problems: string[] } | 'accepted' => {
  const verdict = json(payload)
  return verdict.ok ? 'accepted' : { error: verdict.error, problems: verdict.problems }
}
const x = (length: number) => 'x'.repeat(length)
const many = <T>(count: number, item: (i: number) => T) => Array.from({ length: count }, (_, i) => item(i))
const plain = (length: number) => ({ type: 'plain_text', text: x(length) })
const mrkdwn = (length: number) => ({ type: 'mrkdwn', text: x(length) })
const blocks = (...list: unknown[]) => ({ text: 'fallback', blocks: list })
const button = (more: object) => blocks({ type: 'actions', elements: [{ type: 'button', text: plain(5), ...more }] })
const url = (length: number) => `https://example.org/${x(length - 'https://example.org/'.length)}`

/** Each documented limit: a payload at a size, the largest size allowed, and what Slack answers above it. */
const LIMITS: [string, (size: number) => unknown, number, Refusal][] = [
  ['text of a message', (n) => ({ text: x(n) }), 40_000, 'msg_too_long'],
  ['attachments', (n) => ({ attachments: many(n, () => ({ text: 'a' })) }), 100, 'too_many_attachments'],
  ['footer of an attachment', (n) => ({ attachments: [{ text: 'a', footer: x(n) }] }), 300, 'invalid_attachments'],
  [
    'actions of an attachment',
    (n) => ({ attachments: [{ text: 'a', actions: many(n, () => ({ type: 'button', text: 'b' })) }] }),
    5,
    'invalid_attachments',
  ],
  ['blocks', (n) => blocks(...many(n, () => ({ type: 'divider' }))), 50, 'invalid_blocks'],
  [
    'blocks of an attachment',
    (n) => ({ attachments: [{ blocks: many(n, () => ({ type: 'divider' })) }] }),
    50,
    'invalid_attachments',
  ],
  ['block_id', (n) => blocks({ type: 'divider', block_id: x(n) }), 255, 'invalid_blocks'],
  ['text of a section', (n) => blocks({ type: 'section', text: mrkdwn(n) }), 3000, 'invalid_blocks'],
  ['fields of a section', (n) => blocks({ type: 'section', fields: many(n, () => mrkdwn(1)) }), 10, 'invalid_blocks'],
  ['text of a field', (n) => blocks({ type: 'section', fields: [mrkdwn(n)] }), 2000, 'invalid_blocks'],
  ['header', (n) => blocks({ type: 'header', text: plain(n) }), 150, 'invalid_blocks'],
  [
    'elements of a context',
    (n) => blocks({ type: 'context', elements: many(n, () => mrkdwn(1)) }),
    10,
    'invalid_blocks',
  ],
  [
    'elements of an actions block',
    (n) => blocks({ type: 'actions', elements: many(n, () => ({ type: 'button', text: plain(1) })) }),
    25,
    'invalid_blocks',
  ],
  ['text of a button', (n) => button({ text: plain(n) }), 75, 'invalid_blocks'],
  ['url of a button', (n) => button({ url: url(n) }), 3000, 'invalid_blocks'],
  ['value of a button', (n) => button({ value: x(n) }), 2000, 'invalid_blocks'],
  ['action_id', (n) => button({ action_id: x(n) }), 255, 'invalid_blocks'],
  ['accessibility label', (n) => button({ accessibility_label: x(n) }), 75, 'invalid_blocks'],
  ['image url', (n) => blocks({ type: 'image', image_url: url(n), alt_text: 'a' }), 3000, 'invalid_blocks'],
  ['alt text', (n) => blocks({ type: 'image', image_url: url(50), alt_text: x(n) }), 2000, 'invalid_blocks'],
  [
    'image title',
    (n) => blocks({ type: 'image', image_url: url(50), alt_text: 'a', title: plain(n) }),
    2000,
    'invalid_blocks',
  ],
  ['markdown of one block', (n) => blocks({ type: 'markdown', text: x(n) }), 12_000, 'invalid_blocks'],
  [
    'markdown of all blocks together',
    (n) => blocks({ type: 'markdown', text: x(6000) }, { type: 'markdown', text: x(n - 6000) }),
    12_000,
    'invalid_blocks',
  ],
  ['rows of a table', (n) => blocks({ type: 'table', rows: many(n, () => []) }), 100, 'invalid_blocks'],
  ['cells of a row', (n) => blocks({ type: 'table', rows: [many(n, () => ({}))] }), 20, 'invalid_blocks'],
  [
    'placeholder of a select',
    (n) => blocks({ type: 'actions', elements: [{ type: 'users_select', placeholder: plain(n) }] }),
    150,
    'invalid_blocks',
  ],
  [
    'options of an overflow menu',
    (n) =>
      blocks({
        type: 'section',
        text: mrkdwn(1),
        accessory: { type: 'overflow', options: many(n, (i) => ({ text: plain(1), value: `${i}` })) },
      }),
    5,
    'invalid_blocks',
  ],
  ['title of a confirmation', (n) => button({ confirm: { title: plain(n) } }), 100, 'invalid_blocks'],
  ['text of a confirmation', (n) => button({ confirm: { text: mrkdwn(n) } }), 300, 'invalid_blocks'],
  ['button of a confirmation', (n) => button({ confirm: { confirm: plain(n) } }), 30, 'invalid_blocks'],
]

describe.each(LIMITS)('the limit for %s', (_, payload, limit, error) => {
  test(`is ${limit}: so much is accepted`, () => {
    expect(refusal(payload(limit))).toBe('accepted')
  })

  test(`is ${limit}: one more is refused with ${error}`, () => {
    expect(refusal(payload(limit + 1))).toMatchObject({ error })
  })
})

describe('a payload that is no message', () => {
  test.each<[string, unknown, Refusal, string]>([
    ['without anything to show', {}, 'no_text', 'neither text nor blocks nor attachments'],
    ['with an empty text and empty lists', { text: '', blocks: [], attachments: [] }, 'no_text', 'neither'],
    ['that is a list', [], 'invalid_payload', 'must be an object, not a list'],
    ['that is null', null, 'invalid_payload', 'must be an object, not null'],
    [
      'with a slip of the pen for a key',
      { text: 'a', atachments: [] },
      'invalid_payload',
      'atachments: is no field of a message',
    ],
    ['with a number for a text', { text: 5 }, 'invalid_payload', 'text: must be a string, not a number'],
    ['with text for a switch', { text: 'a', mrkdwn: 'yes' }, 'invalid_payload', 'mrkdwn: must be true or false'],
  ])('%s is refused', (_, payload, error, problem) => {
    expect(refusal(payload)).toEqual({ error, problems: expect.arrayContaining([expect.stringContaining(problem)]) })
  })

  test('that is not JSON is refused', () => {
    expect(checkPayload('{"text": "a"', 'application/json')).toMatchObject({ ok: false, error: 'invalid_payload' })
    expect(checkPayload('', 'application/json')).toMatchObject({ ok: false, error: 'invalid_payload' })
  })

  test('is accepted as a form field, as Slack does', () => {
    const form = new URLSearchParams({ payload: '{"text":"a"}' }).toString()
    expect(checkPayload(form, 'application/x-www-form-urlencoded')).toMatchObject({ ok: true, payload: { text: 'a' } })
    expect(checkPayload('text=a', 'application/x-www-form-urlencoded')).toMatchObject({ error: 'invalid_payload' })
  })
})

describe('an attachment', () => {
  test('as Alertmanager sends it, with its empty fields, is accepted', () => {
    const attachment = {
      title: '[FIRING:1] cache-outage',
      title_link: '',
      pretext: '',
      text: '*CacheDown*',
      fallback: 'CacheDown',
      callback_id: '',
      footer: '',
      color: 'danger',
      mrkdwn_in: ['fallback', 'pretext', 'text'],
    }
    expect(refusal({ username: 'Alertmanager', attachments: [attachment] })).toBe('accepted')
  })

  test.each<[string, object, string]>([
    ['with neither text nor fallback', { title: 'a' }, 'needs fallback or text'],
    ['with a colour that does not exist', { text: 'a', color: 'crimson' }, '"crimson" is neither good'],
    ['with a colour of five digits', { text: 'a', color: '#12345' }, 'attachments[0].color'],
    ['with an unknown place in mrkdwn_in', { text: 'a', mrkdwn_in: ['title'] }, 'mrkdwn_in[0]: "title" is none of'],
    ['with mrkdwn_in that is no list', { text: 'a', mrkdwn_in: 'text' }, 'mrkdwn_in: must be a list'],
    ['with an unknown field', { text: 'a', colour: 'good' }, 'attachments[0].colour: is no field'],
    [
      'with a link that is none',
      { text: 'a', title_link: 'runbooks/cache-outage.md' },
      'is not an http, https or mailto address',
    ],
    ['with a script for a link', { text: 'a', title_link: 'javascript:alert(1)' }, 'is not an http'],
    ['with a field that is a text', { text: 'a', fields: ['b'] }, 'fields[0]: must be an object, not a string'],
    ['with short as text', { text: 'a', fields: [{ title: 'b', value: 'c', short: 'yes' }] }, 'fields[0].short'],
    ['with a time that is none', { text: 'a', ts: 'today' }, 'ts: must be Unix seconds'],
  ])('%s is refused', (_, attachment, problem) => {
    expect(refusal({ attachments: [attachment] })).toEqual({
      error: 'invalid_attachments',
      problems: expect.arrayContaining([expect.stringContaining(problem)]),
    })
  })

  test.each(['good', 'warning', 'danger', '#439FE0', '439fe0', '#abc'])('may have the colour %s', (color) => {
    expect(refusal({ attachments: [{ text: 'a', color }] })).toBe('accepted')
  })
})

describe('a block', () => {
  test.each<[string, object, string]>([
    ['of an unknown kind', { type: 'heading' }, '"heading" is no kind of block'],
    ['named like a property of every object', { type: 'constructor' }, '"constructor" is no kind of block'],
    ['without a kind', {}, 'blocks[0].type'],
    ['section with nothing in it', { type: 'section' }, 'needs text or fields'],
    ['section with an empty text', { type: 'section', text: mrkdwn(0) }, 'text.text: must not be empty'],
    ['section with a bare text', { type: 'section', text: 'a' }, 'must be a text object, not a string'],
    ['header in mrkdwn', { type: 'header', text: mrkdwn(1) }, '"mrkdwn" is none of plain_text'],
    ['image without alt text', { type: 'image', image_url: url(50) }, 'alt_text: is missing'],
    ['actions with nothing in it', { type: 'actions', elements: [] }, 'needs at least 1'],
    ['actions with an unknown element', { type: 'actions', elements: [{ type: 'knob' }] }, '"knob" is no element'],
  ])('%s is refused', (_, block, problem) => {
    expect(refusal(blocks(block))).toEqual({
      error: 'invalid_blocks',
      problems: expect.arrayContaining([expect.stringContaining(problem)]),
    })
  })

  test('whose id occurs twice is refused', () => {
    const divider = { type: 'divider', block_id: 'a' }
    expect(refusal(blocks(divider, divider))).toMatchObject({ error: 'invalid_blocks' })
  })

  test('list that is no list is refused', () => {
    expect(refusal({ text: 'a', blocks: { type: 'divider' } })).toMatchObject({ error: 'invalid_blocks' })
  })
})

test('all problems of a payload are told at once, each with its place', () => {
  expect(refusal(blocks({ type: 'header', text: mrkdwn(1) }, { type: 'section' }))).toEqual({
    error: 'invalid_blocks',
    problems: ['blocks[0].text.type: "mrkdwn" is none of plain_text', 'blocks[1]: needs text or fields'],
  })
})

test('an emoji counts as one character', () => {
  expect(refusal(blocks({ type: 'header', text: { type: 'plain_text', text: '🔥'.repeat(150) } }))).toBe('accepted')
})
