/** Cuts a list into pages. A token says after which item the next page begins, so that items which come and go meanwhile move no others. */
import { Refusal } from './refusal.ts'

export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | undefined
}

export interface PageAsked<T> {
  /** As it came from the client; empty means the first page. */
  readonly token: string | undefined
  readonly size: number
  /** What distinguishes items and orders them. */
  readonly keyOf: (item: T) => string
  /** The code of the refusal when the token is none of ours. */
  readonly refuses: string
}

export function pageOf<T>(all: readonly T[], { token, size, keyOf, refuses }: PageAsked<T>): Page<T> {
  const sorted = all.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const after = token === undefined || token === '' ? undefined : decode(token, refuses)
  const rest = after === undefined ? sorted : sorted.filter((item) => keyOf(item) > after)
  const items = rest.slice(0, size)
  const last = items.at(-1)
  return { items, next: rest.length > size && last !== undefined ? encode(keyOf(last)) : undefined }
}

const encode = (key: string): string => Buffer.from(`after ${key}`).toString('base64url')

function decode(token: string, refuses: string): string {
  const text = Buffer.from(token, 'base64url').toString()
  if (!text.startsWith('after ')) throw new Refusal(refuses, `'${token}' is not a valid marker`)
  return text.slice('after '.length)
}
