/** Why a Service is served by another scheme than the one that holds for it by default. Pure. */
import type { Scheme } from '../../model/load-balancer.ts'
import { ownerName } from '../../model/owner.ts'
import type { Want } from './parties.ts'

export interface ServedScheme {
  readonly scheme: Scheme
  /** The Services whose settings hold together. */
  readonly members: readonly Want<unknown>[]
  /** The annotation that sets it. */
  readonly field: string
}

const OTHER = { internal: 'internet-facing', 'internet-facing': 'internal' } as const satisfies Record<Scheme, Scheme>

/** Full sentences; none where the Service sets the scheme, or has the one of the default. */
export function schemeNotes({ owner, want: { settings } }: Want<unknown>, { scheme, members, field }: ServedScheme): readonly string[] {
  if (settings.schemeIsExplicit || settings.scheme === scheme) return []
  const setter = members.find((other) => other.owner.uid !== owner.uid && other.want.settings.schemeIsExplicit && other.want.settings.scheme === scheme)
  return setter === undefined
    ? [
        `${field} is not set: the load balancer stays ${scheme} until ${field} is ${OTHER[scheme]}, which changes the address. A default never changes the scheme of a load balancer that exists.`,
      ]
    : [`The load balancer is ${scheme}, because ${ownerName(setter.owner)} sets ${field} for all that share it.`]
}
