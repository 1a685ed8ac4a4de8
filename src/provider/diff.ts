/** What has to happen to a set of named things so that it becomes another one. For planners: pure, and in an order that does not depend on theirs. */
export interface Diff<Desired, Observed> {
  readonly create: readonly { readonly key: string; readonly desired: Desired }[]
  readonly update: readonly { readonly key: string; readonly desired: Desired; readonly observed: Observed }[]
  readonly remove: readonly { readonly key: string; readonly observed: Observed }[]
}

/**
 * Sorted by key. `isSame` answers whether what is observed will do; it is asked in the cloud's own terms, so bring what is desired into the shape that
 * the cloud reports back before.
 */
export function diffByKey<Desired, Observed>(
  desired: ReadonlyMap<string, Desired>,
  observed: ReadonlyMap<string, Observed>,
  isSame: (desired: Desired, observed: Observed) => boolean,
): Diff<Desired, Observed> {
  const create: { key: string; desired: Desired }[] = []
  const update: { key: string; desired: Desired; observed: Observed }[] = []
  for (const [key, wanted] of sorted(desired)) {
    const found = observed.get(key)
    if (found === undefined) create.push({ key, desired: wanted })
    else if (!isSame(wanted, found)) update.push({ key, desired: wanted, observed: found })
  }
  const remove = sorted(observed).flatMap(([key, found]) => (desired.has(key) ? [] : [{ key, observed: found }]))
  return { create, update, remove }
}

function sorted<T>(entries: ReadonlyMap<string, T>): [string, T][] {
  return [...entries].toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)))
}
