/**
 * Preloaded into a command that a test kills: it dies by SIGKILL as soon as it has said what DIE_AT holds, before it does anything
 * more. A phase may be over in 20 ms, sooner than a busy test hears of it and can kill.
 */
const { DIE_AT } = process.env
if (DIE_AT !== undefined) {
  const write = process.stderr.write.bind(process.stderr)
  process.stderr.write = ((text: string, ...rest: []) => {
    const taken = write(text, ...rest)
    if (text.includes(DIE_AT)) process.kill(process.pid, 'SIGKILL')
    return taken
  }) as typeof process.stderr.write
}
