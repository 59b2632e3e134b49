import fc, { type Arbitrary } from 'fast-check'

export const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'SEARCH',
  'QUERY',
]

/** A parameter of a path that is no id. */
export const hostileSegment = fc.oneof(
  // Just beyond what a table holds, and what no text of Postgres holds.
  fc.constantFrom('2147483648', '9999999999', '0', '%00', '%ff'),
  fc.constantFrom(
    ...[
      '0',
      '-1',
      '1.0',
      '01',
      '1e3',
      '99999999999',
      '2147483648',
      '%31',
      '%ff',
      '%',
      '%2',
      '%00',
      '%2f',
      '%2e%2e',
      '..%2f..',
      '.',
      '..',
    ],
    ...[
      'null',
      'undefined',
      'NaN',
      'x'.repeat(3_000),
      '%F0%9F%92%A9',
      "'--",
      '1;drop',
      '*',
      ':userId',
      '{userId}',
      '1%0d%0aX:1',
      '1 '.trim(),
    ],
  ),
  fc.stringMatching(/^[A-Za-z0-9%._~!$&'()*+,;=:@-]{1,20}$/),
)

/** Other spellings of a target, and what looks like one. */
export const hostileTargets = (path: string): string[] => [
  ...[
    `${path}/`,
    `${path}?x=1`,
    `${path}?`,
    `${path}?%ff`,
    path.toUpperCase(),
    path.replace('/api', '/API'),
    `http://itself${path}`,
  ],
  ...[
    `${path}#x`,
    `${path}//`,
    `/${path}`,
    `${path}/x`,
    `${path};x=1`,
    `${path}%20`,
    `${path}\u00a0`,
    `${path}\u00e9`,
    `${path}?#`,
  ],
  ...[
    path.replaceAll('/', '%2f'),
    path.replaceAll('/', '\\'),
    path.replace('/api', '/%61pi'),
    `/.${path}`,
    `/x/..${path}`,
    '*',
    '/',
    '/%',
  ],
  ...[
    '/__proto__',
    '/constructor',
    '/api/v1',
    '/api/v1/__proto__',
    '/metrics',
    '/state',
    `/${'a/'.repeat(1_000)}`,
    `/${'x'.repeat(6_000)}`,
  ],
]

export const hostileTarget = (path: string): Arbitrary<string> => fc.constantFrom(...hostileTargets(path))

export const hostileKey = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'a b',
    'é',
    '\u00ff',
    'x'.repeat(128),
    'x'.repeat(129),
    "'; --",
    '{}',
    'a,b',
    '"quoted"',
    'a\tb',
  ),
  fc.stringMatching(/^[A-Za-z0-9"._:~+/=-]{1,128}$/),
)

export const hostileToken = fc.oneof(
  fc.constantFrom(
    ...[
      '',
      ' ',
      'x',
      '.',
      'a.b',
      'token-of-user-1x',
      'xtoken-of-user-1',
      'token-of-user-1.',
      'token-of-user-1, token-of-user-2',
      '\u00e9',
    ],
    ...[
      `eyJzdWIiOjF9.${'A'.repeat(43)}`,
      `e30.${'_'.repeat(43)}`,
      'x'.repeat(513),
      'x'.repeat(3_000),
      `${'A'.repeat(400)}.${'A'.repeat(43)}`,
    ],
  ),
  fc.stringMatching(/^[A-Za-z0-9_-]{1,40}\.[A-Za-z0-9_-]{43}$/),
)

export const ODD_HEADERS: [string, string][] = [
  ...(
    [
      'text/plain',
      'application/xml',
      'application/json; charset=latin9',
      'application/json; charset=utf-16',
      ';;;',
      'x'.repeat(500),
    ] as const
  ).map((type): [string, string] => ['Content-Type', type]),
  ...(['gzip', 'br', 'deflate', 'zstd', 'identity', 'nothing'] as const).map((way): [string, string] => [
    'Content-Encoding',
    way,
  ]),
  ['Accept', 'image/png'],
  ['Accept-Encoding', '*;q=0'],
  ['Content-Type', 'application/x-www-form-urlencoded; charset=utf-7'],
  ['Cookie', 'queue-token=token-of-user-1'],
  ['Cookie', `queue-token=${'x'.repeat(700)}`],
  ['Cookie', 'queue-token=a.b; queue-token=%00'],
  ['Last-Event-ID', '1'],
  ['Last-Event-ID', '999999999'],
  ['Last-Event-ID', '-1; drop'],
  ['X-Long', 'x'.repeat(5_000)],
  ['X-Longer', 'x'.repeat(9_000)],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['X-Forwarded-For', '127.0.0.1'],
  ['traceparent', '00-ffffffffffffffffffffffffffffffff-ffffffffffffffff-ff'],
  ['traceparent', 'x'.repeat(300)],
  ['Range', 'bytes=0-1'],
  ['If-None-Match', '*'],
]

export const oddHeader = fc.constantFrom(...ODD_HEADERS)
