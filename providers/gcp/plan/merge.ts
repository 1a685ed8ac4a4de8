/** Two views put together. Pure. */
import { type AnyPart, type EndpointGroupPart, type GcpView, PART_MAPS, partsIn } from '../view.ts'

/**
 * A listing, with what is known of operations that were begun here and still run: their objects may not be listed yet. What was barred is tried again.
 */
export function merge(known: GcpView, listed: GcpView): GcpView {
  const maps = Object.fromEntries(PART_MAPS.map((kind) => [kind, withOperations(known[kind], listed[kind])]))
  return { ...listed, ...maps, endpointGroups: withEndpoints(known.endpointGroups, listed.endpointGroups), looked: known.looked }
}

function withOperations(known: ReadonlyMap<string, AnyPart>, listed: ReadonlyMap<string, AnyPart>): ReadonlyMap<string, AnyPart> {
  const running = [...known].filter(([, { operation }]) => operation !== undefined)
  return new Map([...listed, ...running])
}

/** No list shows endpoints: they are taken for the same as long as there are as many. */
function withEndpoints(known: ReadonlyMap<string, EndpointGroupPart>, listed: ReadonlyMap<string, EndpointGroupPart>): ReadonlyMap<string, EndpointGroupPart> {
  const all = withOperations(known, listed) as ReadonlyMap<string, EndpointGroupPart>
  return new Map(
    [...all].map(([key, part]) => {
      const members = known.get(key)?.members
      return [key, part.members === undefined && members?.size === (part.document.size ?? 0) ? { ...part, members } : part]
    }),
  )
}

export function isEmpty(view: GcpView): boolean {
  return partsIn(view).length === 0 && view.network === undefined
}
