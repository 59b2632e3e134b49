import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from './findings.ts'
import { plainText } from './plain-text.ts'

/** A message that arrived. `receivedAt` in UTC with milliseconds; ids count from 1. */
export interface Message {
  id: number
  receivedAt: string
  /** As people read it; see plainText. */
  text: string
  payload: JsonObject
}

/** A payload that was refused: what was answered, and why exactly. */
export interface Rejection {
  id: number
  receivedAt: string
  error: string
  problems: string[]
  payload: unknown
}

/** Two append-only JSONL files in `dir`: whatever was answered with "ok" is on disk, and is there after a restart. */
export class MessageStore {
  readonly messages: Message[]
  readonly rejections: Rejection[]
  private readonly dir: string

  constructor(dir: string) {
    mkdirSync(dir, { recursive: true })
    this.dir = dir
    this.messages = readLines<Message>(join(dir, 'messages.jsonl'))
    this.rejections = readLines<Rejection>(join(dir, 'rejected.jsonl'))
  }

  add(payload: JsonObject): Message {
    const message = {
      id: this.messages.length + 1,
      receivedAt: new Date().toISOString(),
      text: plainText(payload),
      payload,
    }
    appendFileSync(join(this.dir, 'messages.jsonl'), `${JSON.stringify(message)}\n`, { mode: 0o600 })
    this.messages.push(message)
    return message
  }

  reject(error: string, problems: string[], payload: unknown): Rejection {
    const rejection = { id: this.rejections.length + 1, receivedAt: new Date().toISOString(), error, problems, payload }
    appendFileSync(join(this.dir, 'rejected.jsonl'), `${JSON.stringify(rejection)}\n`, { mode: 0o600 })
    this.rejections.push(rejection)
    return rejection
  }
}

/**
 * A last line that a crash cut off was never answered with "ok": it is skipped, and ended so that the next is whole.
 */
function readLines<T>(file: string): T[] {
  if (!existsSync(file)) return []
  const text = readFileSync(file, 'utf8')
  if (text !== '' && !text.endsWith('\n')) appendFileSync(file, '\n')
  return text.split('\n').flatMap((line): T[] => {
    try {
      return line === '' ? [] : [JSON.parse(line) as T]
    } catch {
      return []
    }
  })
}
