import type { ReceivedMessage } from '../slack/received.ts'

/** Told as things happen, for the person who watches. */
export interface DrillListener {
  alert(name: string, state: 'firing' | 'resolved', expected: boolean): void
  message(message: ReceivedMessage): void
  warning(text: string): void
}
