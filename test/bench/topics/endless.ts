export async function run(): Promise<never> {
  return await new Promise(() => setInterval(() => undefined, 1_000))
}
