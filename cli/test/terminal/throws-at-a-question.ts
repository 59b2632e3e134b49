import { processStdio } from '../../src/stdio.ts'
import { askKey } from '../../src/terminal/prompt.ts'

// A process with a bug: it throws while a question is open.
const stdio = processStdio(new AbortController().signal)
const err = stdio.err
void askKey(
  {
    ...stdio,
    err: (text) => {
      err(text)
      if (text.includes('stop >'))
        setImmediate(() => {
          throw new Error('thrown at a question')
        })
    },
  },
  'What now?',
  [{ key: 'q', label: 'stop', value: 0 }],
)
