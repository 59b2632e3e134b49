export async function run(): Promise<never> {
  setImmediate(() => {
    throw new Error('an error that nobody catches')
  })
  return await new Promise(() => undefined)
}
