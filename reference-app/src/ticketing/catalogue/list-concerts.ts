import type { Catalogue } from './catalogue.ts'
import type { Concert } from './concert.ts'

export async function listConcerts(catalogue: Catalogue): Promise<Concert[]> {
  return await catalogue.concerts()
}
