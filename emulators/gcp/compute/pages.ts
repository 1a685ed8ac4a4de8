/** Cuts a list into pages. The token says after which one the next begins, so that those which come and go meanwhile move no others. */
import { Refusal } from './refusal.ts'

const MOST = 500

export interface Page<T> {
  readonly items: readonly T[]
  readonly nextPageToken: string | undefined
}

/** `keyOf`: different for each, and in the order of the list. Throws a Refusal. */
export function pageOf<T>(all: readonly T[], query: URLSearchParams, keyOf: (one: T) => string): Page<T> {
  const size = sizeIn(query.get('maxResults'))
  const after = query.get('pageToken')
  const last = after === null || after === '' ? undefined : keyIn(after)
  const rest = last === undefined ? all : all.filter((one) => keyOf(one) > last)
  const items = rest.slice(0, size)
  const end = items.at(-1)
  const isMore = rest.length > items.length && end !== undefined
  return { items, nextPageToken: isMore ? Buffer.from(`after ${keyOf(end)}`).toString('base64url') : undefined }
}

function sizeIn(sent: string | null): number {
  if (sent === null) return MOST
  const size = Number(sent)
  if (!Number.isInteger(size) || size < 0 || size > MOST)
    throw new Refusal('invalid', `Invalid value for field 'maxResults': '${sent}'. Must be between 0 and ${MOST}.`)
  return size === 0 ? MOST : size
}

function keyIn(token: string): string {
  const text = Buffer.from(token, 'base64url').toString()
  if (!text.startsWith('after ')) throw new Refusal('invalid', `Invalid value for field 'pageToken': '${token}'. Invalid page token.`)
  return text.slice('after '.length)
}
