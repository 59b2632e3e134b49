import { setTimeout } from 'node:timers/promises'

/** A leak from outside of the application: a process started with `NODE_OPTIONS=--import` of this file keeps 100 MB more at each SIGUSR2. */
const kept: number[][] = []

process.on('SIGUSR2', async () => {
  for (let n = 0; n < 20; n++) {
    kept.push(new Array(655_360).fill(0.5)) // fractions: eight bytes each, on the heap
    await setTimeout(20) // it goes on serving meanwhile
  }
})
