/** How a view changes by what became of one object. Pure. */
import { partChanges } from '../../src/provider/kit/parts.ts'
import type { Fold } from '../../src/provider/provider.ts'
import { MAP_OF, type ObjectStep } from './steps.ts'
import type { AnyPart, GcpView } from './view.ts'

const { put, remove } = partChanges<GcpView>()

/** Undefined: it is gone. */
export function folded({ kind, id }: Pick<ObjectStep, 'kind' | 'id'>, part: AnyPart | undefined): Fold<GcpView> {
  const map = MAP_OF[kind]
  return part === undefined ? remove(map, (_, key) => key === id) : put(map, id, part as never)
}
