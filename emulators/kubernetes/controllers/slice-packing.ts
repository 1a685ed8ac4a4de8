/** Deals endpoints out to slices of at most a hundred, moving as few as it can. Pure. */

/** Slices made for one Service hold at most this many endpoints (`--max-endpoints-per-slice`). */
export const SLICE_LIMIT = 100

export interface Slot<T> {
  /** The slice that is there; undefined for one to be made. */
  readonly name: string | undefined
  readonly endpoints: readonly T[]
}

/**
 * `existing` and `wanted` are of one family and one set of ports; `keyOf` names an endpoint for its life. Slices that would be left empty are answered with no
 * endpoints: they are to be deleted.
 */
export function packSlices<T>(
  existing: readonly { readonly name: string; readonly endpoints: readonly T[] }[],
  wanted: readonly T[],
  keyOf: (endpoint: T) => string,
): Slot<T>[] {
  const left = new Map(wanted.map((endpoint) => [keyOf(endpoint), endpoint]))
  const kept: { name: string | undefined; endpoints: T[] }[] = existing.map(({ name, endpoints }) => {
    const own: T[] = []
    for (const key of endpoints.map(keyOf)) {
      const endpoint = left.get(key)
      if (endpoint === undefined) continue
      left.delete(key)
      own.push(endpoint)
    }
    return { name, endpoints: own }
  })
  const rest = [...left.values()]
  // The fullest first: fewer slices change, and none stays half empty for long.
  for (const slot of kept.toSorted((a, b) => b.endpoints.length - a.endpoints.length))
    slot.endpoints.push(...rest.splice(0, SLICE_LIMIT - slot.endpoints.length))
  while (rest.length > 0) kept.push({ name: undefined, endpoints: rest.splice(0, SLICE_LIMIT) })
  return kept
}
