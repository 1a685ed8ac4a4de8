/**
 * Views that hold parts in maps, one map for each kind: how they change, and how a listing is sorted into them. Pure, so that the answers to calls made side by
 * side compose in any order.
 */
import type { Fold, StackId } from '../provider.ts'

/** What a view holds in maps: by the name of the map, the parts in it. */
export type PartsOf<View> = {
  readonly [K in keyof View as View[K] extends ReadonlyMap<string, unknown> ? K : never]: View[K] extends ReadonlyMap<string, infer Part> ? Part : never
}

export interface PartChanges<View> {
  /** With this part, in place of one that has its key. */
  readonly put: <K extends keyof PartsOf<View>>(kind: K, key: string, part: PartsOf<View>[K]) => Fold<View>
  /** With the part of this key changed; the same view where it has none, as when another call took it away meanwhile. */
  readonly change: <K extends keyof PartsOf<View>>(kind: K, key: string, to: (part: PartsOf<View>[K]) => PartsOf<View>[K]) => Fold<View>
  /** Without the parts of which this is true. */
  readonly remove: <K extends keyof PartsOf<View>>(kind: K, isGone: (part: PartsOf<View>[K], key: string) => boolean) => Fold<View>
}

export function partChanges<View extends object>(): PartChanges<View> {
  const put: PartChanges<View>['put'] = (kind, key, part) => (view) => ({ ...view, [kind]: new Map(mapOf(view, kind)).set(key, part) })
  return {
    put,
    change: (kind, key, to) => (view) => {
      const part = mapOf(view, kind).get(key)
      return part === undefined ? view : put(kind, key, to(part))(view)
    },
    remove: (kind, isGone) => (view) => ({ ...view, [kind]: new Map([...mapOf(view, kind)].filter(([key, part]) => !isGone(part, key))) }),
  }
}

function mapOf<View extends object, K extends keyof PartsOf<View>>(view: View, kind: K): ReadonlyMap<string, PartsOf<View>[K]> {
  return view[kind] as unknown as ReadonlyMap<string, PartsOf<View>[K]>
}

/** The fold of an answer that changes nothing. */
export function unchanged<View>(view: View): View {
  return view
}

/** One fold after the other. */
export function allOf<View>(...folds: readonly Fold<View>[]): Fold<View> {
  return (view) => folds.reduce((now, fold) => fold(now), view)
}

/** What a listing found, sorted into the views of the Stacks that its marks name. */
export interface StackViews<View> {
  readonly add: <K extends keyof PartsOf<View>>(stack: StackId, kind: K, key: string, part: PartsOf<View>[K]) => void
  /** An empty view where nothing was added. */
  readonly of: (stack: StackId) => View
  /** Those of all Stacks that were asked for or have a part. */
  readonly all: () => IterableIterator<[StackId, View]>
}

/** `emptyView`: makes a view with new maps, which are written. */
export function stackViews<View extends object>(emptyView: () => View): StackViews<View> {
  const views = new Map<StackId, View>()
  const of = (stack: StackId): View => {
    const view = views.get(stack) ?? emptyView()
    views.set(stack, view)
    return view
  }
  return {
    add: (stack, kind, key, part) => void (mapOf(of(stack), kind) as Map<string, typeof part>).set(key, part),
    of,
    all: () => views.entries(),
  }
}
