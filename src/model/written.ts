/** How a person wrote what was read: other controllers' names, and keys for one port, may stand for a key of ours. */
import type { ListenerKey } from './load-balancer.ts'
import type { Problem } from './problem.ts'

export interface WrittenKey {
  /** The annotation, or the field of the Service. */
  readonly key: string
  /** Its whole value. */
  readonly value: string
}

/** By the key that messages name, followed by a blank and the listener where it was written for single ports. */
export type WrittenKeys = Readonly<Record<string, WrittenKey>>

/**
 * The problem with each key as it was written, in its field and in its sentences. `problem.listener`: the port it is about. A value that is not an item
 * of the annotation's own, because it was translated, is replaced by the annotation's.
 */
export function asWritten(problem: Problem, written: WrittenKeys | undefined): Problem {
  if (written === undefined) return problem
  const { field, value, wrong, allowed, remedy, listener } = problem
  const [bare = field] = field.split(' ')
  const own = writtenFor(bare, written, listener)
  const text = (said: string): string => textAsWritten(said, written, listener)
  return {
    ...problem,
    field: own === undefined ? field : own.key + field.slice(bare.length),
    ...(value === undefined ? {} : { value: own === undefined || isItemOf(value, own.value) ? value : own.value }),
    wrong: text(wrong),
    ...(allowed === undefined ? {} : { allowed: text(allowed) }),
    ...(remedy === undefined ? {} : { remedy: text(remedy) }),
  }
}

function isItemOf(value: string, list: string): boolean {
  return value === list.trim() || list.split(',').some((item) => item.trim() === value)
}

/** A sentence with each key as it was written. */
export function textAsWritten(text: string, written: WrittenKeys, listener?: ListenerKey): string {
  const keys = [...new Set(Object.keys(written).map((name) => name.split(' ')[0] ?? name))].toSorted((a, b) => b.length - a.length)
  if (keys.length === 0) return text
  const pattern = new RegExp(String.raw`(?<![\w./-])(?:${keys.map((key) => key.replaceAll('.', String.raw`\.`)).join('|')})(?![\w/-]|\.\w)`, 'g')
  return text.replaceAll(pattern, (key) => writtenFor(key, written, listener)?.key ?? key)
}

/** For the port, for the whole Service, else for any one of its ports. */
function writtenFor(key: string, written: WrittenKeys, listener: ListenerKey | undefined): WrittenKey | undefined {
  const named = (listener === undefined ? undefined : written[`${key} ${listener}`]) ?? written[key]
  if (named !== undefined) return named
  const first = Object.keys(written).find((name) => name.startsWith(`${key} `))
  return first === undefined ? undefined : written[first]
}
