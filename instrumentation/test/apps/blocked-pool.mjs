// Preloaded: on SIGUSR2 whatever is written to files waits, until somebody writes into the FIFO. Needs UV_THREADPOOL_SIZE=1.
import { open } from 'node:fs'

process.on('SIGUSR2', () => {
  open(process.env.FIFO, 'r', () => undefined)
  console.error('blocked')
})
