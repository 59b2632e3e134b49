import type { Row } from '../../../bench/correctness/row.ts'

export async function run(progress: (text: string) => void): Promise<Row[]> {
  progress('looking')
  console.log('not a part of the table')
  return [{ figure: 'answer', measured: '42', goal: '42', reached: true }]
}
