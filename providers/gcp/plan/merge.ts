/** Two views put together. Pure. */
import { type AnyPart, type GcpView, PART_MAPS, partsIn } from '../view.ts'

/**
 * A listing, with what is known of operations that were begun here and still run: their objects may not be listed yet. What was looked for and was not there,
 * and what was barred, is tried again.
 */
export function merge(known: GcpView, listed: GcpView): GcpView {
  const looked = new Map([...known.looked].filter(([, address]) => address !== undefined))
  const maps = Object.fromEntries(PART_MAPS.map((kind) => [kind, withOperations(known[kind], listed[kind])]))
  return { ...listed, ...maps, looked }
}

function withOperations(known: ReadonlyMap<string, AnyPart>, listed: ReadonlyMap<string, AnyPart>): ReadonlyMap<string, AnyPart> {
  const running = [...known].filter(([, { operation }]) => operation !== undefined)
  return new Map([...listed, ...running])
}

export function isEmpty(view: GcpView): boolean {
  return partsIn(view).length === 0 && view.network === undefined
}
