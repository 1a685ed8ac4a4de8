/** Two views put together. Pure. */
import type { AzureView } from '../view.ts'

/** A listing, with what is known of operations that were begun here and still run. */
export function merge(known: AzureView, listed: AzureView): AzureView {
  return {
    ...listed,
    balancers: withOperations(known.balancers, listed.balancers),
    securityGroups: withOperations(known.securityGroups, listed.securityGroups),
    addresses: withOperations(known.addresses, listed.addresses),
  }
}

interface Operated {
  readonly document: { readonly properties?: { readonly provisioningState?: string } }
  readonly operation?: unknown
}

function withOperations<P extends Operated>(known: ReadonlyMap<string, P>, listed: ReadonlyMap<string, P>): ReadonlyMap<string, P> {
  return new Map(
    [...listed].map(([key, part]) => {
      const operation = known.get(key)?.operation
      const state = part.document.properties?.provisioningState
      return [key, operation === undefined || state === 'Succeeded' ? part : { ...part, operation }]
    }),
  )
}
