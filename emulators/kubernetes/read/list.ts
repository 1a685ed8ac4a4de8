/** Lists: consistent pages, older versions, selectors. */
import { badRequest, expired, internal, invalid, tooLargeVersion } from '../api-error.ts'
import { isFields, whyNotJson } from '../json.ts'
import type { Machine } from '../machine.ts'
import type { Resource } from '../registry.ts'
import type { ApiObject, FieldError } from '../resource.ts'
import { type Selection, readSelection } from './selector.ts'

export interface ListRequest {
  readonly resource: Resource
  /** undefined: all namespaces, or a kind that is in none. */
  readonly namespace: string | undefined
  readonly selection: Selection
  /** 0: everything. */
  readonly limit: number
  readonly continue: string
  readonly resourceVersion: string
  readonly match: 'Exact' | 'NotOlderThan' | ''
}

export interface ObjectList {
  readonly items: readonly ApiObject[]
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string; readonly remainingItemCount?: number }
}

export function readListRequest(resource: Resource, namespace: string | undefined, query: URLSearchParams): ListRequest {
  const request = {
    resource,
    namespace,
    selection: readSelection(resource, query),
    limit: Number(query.get('limit') ?? 0) || 0,
    continue: query.get('continue') ?? '',
    resourceVersion: query.get('resourceVersion') ?? '',
    match: query.get('resourceVersionMatch') ?? '',
  }
  const errors = checkVersions(request, { isWatch: false, sendInitialEvents: query.get('sendInitialEvents') })
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors)
  return { ...request, match: request.match as ListRequest['match'] }
}

/** What a list or a watch may not ask together. */
export function checkVersions(
  { match, resourceVersion, continue: next = '' }: { readonly match: string; readonly resourceVersion: string; readonly continue?: string },
  { isWatch, sendInitialEvents }: { readonly isWatch: boolean; readonly sendInitialEvents: string | null },
): FieldError[] {
  const forbid = (field: string, why: string): FieldError => ({ reason: 'FieldValueForbidden', field, message: `Forbidden: ${why}` })
  const MATCH = 'resourceVersionMatch'
  if (isWatch) {
    if (sendInitialEvents !== null && match !== 'NotOlderThan')
      return [forbid(MATCH, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')]
    if (match !== '' && sendInitialEvents === null) return [forbid(MATCH, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')]
    return []
  }
  if (sendInitialEvents !== null) return [forbid('sendInitialEvents', 'sendInitialEvents is forbidden for list')]
  if (match === '') return []
  if (resourceVersion === '') return [forbid(MATCH, 'resourceVersionMatch is forbidden unless resourceVersion is provided')]
  if (next !== '') return [forbid(MATCH, 'resourceVersionMatch is forbidden when continue is provided')]
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    return [
      { reason: 'FieldValueNotSupported', field: MATCH, message: `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan", ""` },
    ]
  }
  if (match === 'Exact' && resourceVersion === '0') return [forbid(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"')]
  return []
}

/** A version as a number; 0 when it is empty. Throws the server's 500. */
export function parseVersion(text: string): number {
  if (text === '') return 0
  if (!/^\d+$/.test(text))
    throw internal(`resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}

interface Token {
  readonly revision: number
  readonly after: string
}

/** `stale`: what a cache that lags would answer from. Throws 410 when a page's version is forgotten, 504 when the asked one has not come. */
export function list({ store }: Pick<Machine, 'store'>, request: ListRequest, stale?: number): ObjectList {
  const { resource, match } = request
  const token = request.continue === '' ? undefined : readToken(request.continue)
  const asked = parseVersion(request.resourceVersion)
  if (token === undefined && asked > store.revision) throw tooLargeVersion(asked, store.revision)
  const exact = match === 'Exact' || (asked > 0 && request.limit > 0 && match === '') ? asked : undefined
  const revision = token?.revision ?? exact ?? stale ?? store.revision
  if (resource.table.history.since(revision) === undefined) {
    const fresh = token === undefined ? undefined : writeToken({ revision: store.revision, after: token.after })
    throw expired(
      token === undefined
        ? `The resourceVersion for the provided list is too old.`
        : 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
      fresh,
    )
  }
  // A cache answers version 0 at once and whole.
  const limit = request.resourceVersion === '0' && match === '' ? 0 : request.limit
  return page(request, { revision, after: token?.after ?? '', limit })
}

function page(request: ListRequest, { revision, after, limit }: Token & { readonly limit: number }): ObjectList {
  const { resource, namespace, selection } = request
  const objects = resource.table.at(revision)
  const isPresent = objects.size === resource.table.size && resource.table.history.since(revision)?.length === 0
  const keys = isPresent ? resource.table.sortedKeys() : [...objects.keys()].toSorted()
  const prefix = namespace === undefined ? '' : `${namespace}/`
  const items: ApiObject[] = []
  let last = ''
  for (let index = firstAfter(keys, after === '' ? prefix : after, after !== ''); index < keys.length; index++) {
    const key = keys[index] ?? ''
    if (!key.startsWith(prefix)) break
    const stored = objects.get(key)
    if (stored === undefined) continue
    const object = resource.show(stored)
    if (selection.matches?.(object) === false) continue
    if (limit > 0 && items.length === limit) {
      const remaining = selection.matches === undefined ? { remainingItemCount: countFrom(keys, index, prefix) } : {}
      return { items, metadata: { resourceVersion: String(revision), continue: writeToken({ revision, after: last }), ...remaining } }
    }
    items.push(object)
    last = key
  }
  return { items, metadata: { resourceVersion: String(revision) } }
}

/** The index of the first key from `start` on; after it when `isBehind`. */
function firstAfter(keys: readonly string[], start: string, isBehind: boolean): number {
  let [low, high] = [0, keys.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const key = keys[middle] ?? ''
    if (key < start || (isBehind && key === start)) low = middle + 1
    else high = middle
  }
  return low
}

function countFrom(keys: readonly string[], index: number, prefix: string): number {
  if (prefix === '') return keys.length - index
  return firstAfter(keys, `${prefix}\uFFFF`, false) - index
}

const writeToken = ({ revision, after }: Token): string =>
  Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: after })).toString('base64url')

function readToken(text: string): Token {
  const decoded = Buffer.from(text, 'base64url').toString('latin1')
  try {
    const token: unknown = JSON.parse(decoded)
    if (isFields(token) && typeof token['rv'] === 'number' && typeof token['start'] === 'string') return { revision: token['rv'], after: token['start'] }
  } catch (error) {
    throw badRequest(`invalid continue token: continue key is not valid: ${whyNotJson(decoded, error)}`)
  }
  throw badRequest('invalid continue token: continue key is not valid: incorrect encoded start resourceVersion')
}
