import fc from 'fast-check'
import { joined, type LayerSpec, type PathSpec } from './generated-app.ts'

/** Few words, so that values equal fixed parts, names and each other. */
const part = fc.constantFrom('a', 'users', 'orders', ':id', ':name', 'files-:id', 'v:id{-:minor}')
const template = fc.oneof(
  { weight: 1, arbitrary: fc.constant('/') },
  { weight: 5, arbitrary: fc.array(part, { minLength: 1, maxLength: 2 }).map((parts) => `/${parts.join('/')}`) },
  { weight: 1, arbitrary: part.map((last) => `/${last}{/o-:opt}`) },
)
const regExp = fc.constantFrom(
  { source: '^\\/rx\\/\\d+', sample: '/rx/7' },
  { source: '^\\/(?:users|r(\\d))(?=\\/|$)', sample: '/r5' },
)
const path: fc.Arbitrary<PathSpec> = fc.oneof(
  { weight: 6, arbitrary: template.map((text) => ({ template: text })) },
  { weight: 1, arbitrary: regExp },
)
const paths: fc.Arbitrary<PathSpec[]> = fc.oneof(
  { weight: 4, arbitrary: path.map((one) => [one]) },
  { weight: 1, arbitrary: fc.array(path, { minLength: 2, maxLength: 3 }) },
)

const rest = fc.constant<PathSpec[]>([{ template: '/*rest' }])

export const layers: fc.Arbitrary<LayerSpec[]> = fc.letrec<{ layer: LayerSpec; list: LayerSpec[] }>((tie) => ({
  layer: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({
      kind: fc.constant('route' as const),
      paths: fc.oneof({ weight: 4, arbitrary: paths }, { weight: 1, arbitrary: rest }),
      method: fc.constantFrom('get' as const, 'get' as const, 'post' as const, 'all' as const),
      outcome: fc.constantFrom('answer' as const, 'answer' as const, 'pass' as const, 'fail' as const),
    }),
    fc.record({
      kind: fc.constantFrom('router' as const, 'router' as const, 'app' as const, 'call' as const),
      paths,
      mergeParams: fc.boolean(),
      slowParams: fc.boolean(),
      children: tie('list'),
    }),
  ),
  list: fc.array(tie('layer'), { minLength: 1, maxLength: 4 }),
})).list

/** What a client makes of the application's paths: words for its parameters, and other spellings. */
export interface Asked {
  leaf: number
  words: string[]
  spelling: 'plain' | 'capitals' | 'doubled' | 'trailing' | 'escaped' | 'longer'
}

const word = fc.constantFrom('a', 'users', 'orders', 'id', ':id', '5', '%61', '%2F', '%zz', '%C3%A4', 'o-en', 'files-1')

export const asked: fc.Arbitrary<Asked> = fc.record({
  leaf: fc.nat(1_000),
  words: fc.array(word, { minLength: 1, maxLength: 4 }),
  spelling: fc.constantFrom('plain', 'plain', 'capitals', 'doubled', 'trailing', 'escaped', 'longer'),
})

/** Every way through the layers to a route: the paths one after another, one of each array. */
function chains(specs: LayerSpec[]): PathSpec[][] {
  return specs.flatMap((spec) =>
    spec.paths.flatMap((first) =>
      spec.kind === 'route' ? [[first]] : chains(spec.children).map((rest) => [first, ...rest]),
    ),
  )
}

/** All labels that the application may have, whatever is asked of it. */
export function possibleRoutes(specs: LayerSpec[]): Set<string> {
  return new Set(['unmatched', ...chains(specs).map(joined)])
}

export function urlOf(specs: LayerSpec[], { leaf, words, spelling }: Asked): string {
  const all = chains(specs)
  const chain = all[leaf % Math.max(all.length, 1)] ?? []
  let used = 0
  const value = () => words[used++ % words.length] ?? ''
  const url = `/${chain
    .map((one) => ('sample' in one ? one.sample : one.template))
    .join('')
    .replace(/\{([^}]*)\}/g, (_all, optional: string) => (words.length % 2 === 0 ? optional : ''))
    .replace(/[:*]\w+/g, value)}`
  const clean = url.replace(/\/+/g, '/')
  switch (spelling) {
    case 'capitals':
      return clean.toUpperCase()
    case 'doubled':
      return clean.replaceAll('/', '//')
    case 'trailing':
      return `${clean}/`
    case 'escaped':
      return clean.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`)
    case 'longer':
      return `${clean}/${words.join('/')}`
    default:
      return clean
  }
}
