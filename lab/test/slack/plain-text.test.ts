import { expect, test } from '@jest/globals'
import { mrkdwnText, plainText } from '../../src/slack/plain-text.ts'

test.each([
  [
    'a link with a label as text and address',
    '<https://example.org/a|the runbook>',
    'the runbook (https://example.org/a)',
  ],
  ['a bare link as its address', 'see <https://example.org/a>', 'see https://example.org/a'],
  ['entities as the characters they stand for', 'a &lt;b&gt; &amp;amp; c', 'a <b> &amp; c'],
  ['bold, italic, struck text and code without their signs', '*a* _b_ ~c~ `d e`', 'a b c d e'],
  ['styles within styles', '*a _b_*', 'a b'],
  ['stars of arithmetic as they are', '2*3*4 and a * b * c', '2*3*4 and a * b * c'],
  ['snake_case_names as they are', 'redis_up_total and *redis_up*', 'redis_up_total and redis_up'],
  ['code as it was written', '`a *b* <c|d> &amp;`', 'a *b* <c|d> &'],
  ['mentions by name', '<!here> <@U1|ada> <@U2> <#C1|alerts>', '@here @ada @U2 #alerts'],
  ['a date as its fallback', '<!date^1392734382^{date}|Feb 18>', 'Feb 18'],
  ['emoji that it knows as the sign, others as written', ':fire: :no-such: :nosuch:', '🔥 :no-such: :nosuch:'],
  ['an unfinished link as it is', 'a < b', 'a < b'],
])('shows %s', (_, source, shown) => {
  expect(mrkdwnText(source)).toBe(shown)
})

test('a message of Alertmanager reads from the top down: pretext, title with link, text, fields, footer', () => {
  const attachment = {
    fallback: 'not shown when there is more',
    pretext: 'attention',
    title: '[FIRING:1] cache-outage',
    title_link: 'http://127.0.0.1:9093/#/alerts',
    text: '*CacheDown*: the cache is down\n<http://x/runbooks/cache-outage.md|Runbook>',
    fields: [{ title: 'environment', value: 'lab', short: true }, { value: 'alone' }],
    footer: 'drillbook',
  }
  expect(plainText({ username: 'Alertmanager', attachments: [attachment] })).toBe(
    [
      'attention',
      '[FIRING:1] cache-outage (http://127.0.0.1:9093/#/alerts)',
      'CacheDown: the cache is down',
      'Runbook (http://x/runbooks/cache-outage.md)',
      'environment: lab',
      'alone',
      'drillbook',
    ].join('\n'),
  )
})

test('an attachment with nothing but a fallback shows that', () => {
  expect(plainText({ attachments: [{ fallback: 'a &amp; b' }] })).toBe('a & b')
})

test('blocks replace the text, which Slack shows in notifications only', () => {
  const blocks = [
    { type: 'header', text: { type: 'plain_text', text: 'DRILL *begins*' } },
    { type: 'section', text: { type: 'mrkdwn', text: '*cache-outage*' }, fields: [{ type: 'mrkdwn', text: 'a' }] },
    { type: 'divider' },
    {
      type: 'context',
      elements: [
        { type: 'mrkdwn', text: 'b' },
        { type: 'image', alt_text: 'c', image_url: 'https://x/y' },
      ],
    },
    {
      type: 'actions',
      elements: [{ type: 'button', text: { type: 'plain_text', text: 'Runbook' }, url: 'https://x/r' }],
    },
  ]
  expect(plainText({ text: 'only in notifications', blocks })).toBe(
    ['DRILL *begins*', 'cache-outage', 'a', '────────', 'b  [image: c]', 'Runbook (https://x/r)'].join('\n'),
  )
})
