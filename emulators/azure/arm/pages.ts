/** Cuts a list into pages. The link to the next one says after which resource it begins, so that those which come and go meanwhile move no others. */
import type { Json, JsonObject } from '../schema/json.ts'
import { textAt } from '../schema/json.ts'
import type { Answer, Ask } from './handler.ts'
import { Refusal } from './refusal.ts'

const TOKEN = '$skiptoken'

/** `items`: with an id each. */
export function pageOf(items: readonly JsonObject[], ask: Pick<Ask, 'query' | 'subscription' | 'base'>, path: string): Answer {
  const after = readToken(ask.query.get(TOKEN))
  const rest = after === undefined ? items : items.slice(items.findIndex((one) => idOf(one) === after) + 1)
  const value = rest.slice(0, ask.subscription.pageSize)
  const last = value.at(-1)
  const nextLink = rest.length > value.length && last !== undefined ? linkTo(ask, path, idOf(last)) : undefined
  return { status: 200, body: { value, ...(nextLink === undefined ? {} : { nextLink }) } satisfies { value: readonly Json[] } }
}

const idOf = (one: JsonObject): string => textAt(one, 'id') ?? ''

function linkTo({ query, base }: Pick<Ask, 'query' | 'base'>, path: string, last: string): string {
  const next = new URLSearchParams(query)
  next.set(TOKEN, Buffer.from(`after ${last}`).toString('base64url'))
  return `${base}${path}?${next.toString()}`
}

function readToken(token: string | null): string | undefined {
  if (token === null) return undefined
  const text = Buffer.from(token, 'base64url').toString()
  if (!text.startsWith('after ')) throw new Refusal('InvalidSkipToken', `The skip token '${token}' is not valid.`)
  return text.slice('after '.length)
}
