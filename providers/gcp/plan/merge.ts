/** Two views put together. Pure. */
import { type AnyPart, type GcpView, PART_MAPS, partsIn } from '../view.ts'

/**
 * A listing, with what is known of operations that were begun here and still run: their objects may not be listed yet. What was barred is tried again.
 */
export function merge(known: GcpView, listed: GcpView): GcpView {
  const maps = Object.fromEntries(PART_MAPS.map((kind) => [kind, withOperations(known[kind], listed[kind])]))
  return { ...listed, ...maps, looked: known.looked }
}

function withOperations(known: ReadonlyMap<string, AnyPart>, listed: ReadonlyMap<string, AnyPart>): ReadonlyMap<string, AnyPart> {
  const running = [...known].filter(([, { operation }]) => operation !== undefined)
  return new Map([...listed, ...running])
}

export function isEmpty(view: GcpView): boolean {
  return partsIn(view).length === 0 && view.network === undefined
}
