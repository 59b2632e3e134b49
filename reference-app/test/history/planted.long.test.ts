import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Lanes } from './lanes.ts'
import { patchedCopy } from './patched-copy.ts'
import { PLANTED, type Planted } from './planted.ts'
import { insist, report } from './report.ts'
import { run, type Verdict } from './run.ts'

/** Most are found within two; each run ends when what it looks for is. The rest is for a machine that does much else. */
const SECONDS = 240

/** For a machine that does much else: it takes longer, and finds the same. */
const LIMIT_MS = 900_000

const lanes = new Lanes<Verdict>()

beforeAll(() => {
  for (const planted of PLANTED) lanes.add(planted.name, async (ground) => await examine(planted, ground))
  lanes.begin()
})

afterAll(async () => {
  await lanes.end()
}, LIMIT_MS)

async function examine(
  { name, profile, seed, breaks }: Planted,
  ground: Parameters<typeof run>[0]['ground'],
): Promise<Verdict> {
  const copy = await patchedCopy(name)
  try {
    return await run({ seed, profile, seconds: SECONDS, ground, folder: copy.folder, breaks })
  } finally {
    copy.remove()
  }
}

test.each(PLANTED)(
  '$name is found',
  async ({ name, breaks }) => {
    const verdict = await lanes.outcome(name)
    const broken = new Set(verdict.violations.map(({ invariant }) => invariant))
    insist(
      breaks.some((invariant) => broken.has(invariant)),
      `none of: ${breaks.join(', ')}`,
      verdict,
      name,
    )
    expect(report(verdict, name)).toMatch(new RegExp(`--seed ${verdict.seed} .* --planted ${name}$`))
  },
  LIMIT_MS,
)

test('every patch is examined', () => {
  const patches = readdirSync(fileURLToPath(new URL('planted', import.meta.url)))
  expect(patches.toSorted()).toEqual(PLANTED.map(({ name }) => `${name}.patch`).toSorted())
})

test('a patch that does not apply is an error that says which', async () => {
  await expect(patchedCopy('no-such-bug')).rejects.toThrow('planted/no-such-bug.patch does not apply any more')
})
