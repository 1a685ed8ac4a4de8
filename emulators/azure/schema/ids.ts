/** Resource ids: `/subscriptions/S/resourceGroups/G/providers/Microsoft.Network/TYPE/NAME/CHILD/NAME`. They are compared without regard to case. */

export interface ResourceId {
  readonly subscription: string
  readonly group: string
  readonly namespace: string
  /** Types and names in turns; an odd number of them names a collection. */
  readonly segments: readonly string[]
}

const ID = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/([^/]+)\/(.+)$/i

/** Undefined: not the id of a resource. */
export function parseId(id: string): ResourceId | undefined {
  const [, subscription, group, namespace, rest] = ID.exec(id) ?? []
  if (subscription === undefined || group === undefined || namespace === undefined || rest === undefined) return undefined
  return { subscription, group, namespace, segments: rest.split('/') }
}

export function idText({ subscription, group, namespace, segments }: ResourceId): string {
  return `/subscriptions/${subscription}/resourceGroups/${group}/providers/${namespace}/${segments.join('/')}`
}

/** What two ids of one resource have in common. */
export const keyOf = (id: string): string => id.toLowerCase()

/** The key of the document that an id stands in. Undefined: not the id of a resource. */
export function documentKey(id: string): string | undefined {
  const parsed = parseId(id)
  return parsed === undefined ? undefined : keyOf(idText({ ...parsed, segments: parsed.segments.slice(0, 2) }))
}

/** As Azure shows ids that it keeps for others: names in upper case, types as they are. */
export function upperCaseNames(id: string): string {
  const parsed = parseId(id)
  if (parsed === undefined) return id
  return idText({ ...parsed, group: parsed.group.toUpperCase(), segments: parsed.segments.map((one, at) => (at % 2 === 1 ? one.toUpperCase() : one)) })
}

/** The id with the names of types as they are written; those of resources stay as they came. `paths`: of the types that it may be. */
export function withTypes(id: string, paths: readonly string[]): string {
  const parsed = parseId(id)
  const types = parsed?.segments.filter((_, at) => at % 2 === 0).join('/')
  const path = paths.find((one) => one.toLowerCase() === types?.toLowerCase())?.split('/')
  if (parsed === undefined || path === undefined) return id
  return idText({ ...parsed, segments: parsed.segments.map((one, at) => (at % 2 === 0 ? (path[at / 2] ?? one) : one)) })
}
