/** What a pod's readiness gate says: whether every load balancer that the pod stands behind has found it healthy, and if not, why. Pure. */
import type { ListenerKey } from '../../model/load-balancer.ts'
import { type NamedOwner, ownerName } from '../../model/owner.ts'
import type { GateReason } from '../../model/reason.ts'
import type { TargetHealth } from '../../provider/provider.ts'

/** What is known of a pod behind one Service in one Stack. */
export interface Standing {
  readonly owner: NamedOwner
  /** Of the pod. */
  readonly ips: readonly string[]
  /** The listeners that have to find it healthy; absent: those that hold it, where the request is not carried out. */
  readonly listeners: readonly ListenerKey[] | undefined
  readonly finding: Finding
}

export type Finding =
  | { readonly kind: 'not registered' }
  /** The provider does not report the health of its targets. */
  | { readonly kind: 'no say' }
  /** Registered, and not asked about since. */
  | { readonly kind: 'not asked' }
  | { readonly kind: 'no answer'; readonly because: string }
  | { readonly kind: 'answer'; readonly targets: readonly TargetHealth[] }

export interface GateVerdict {
  readonly status: 'True' | 'False'
  readonly reason: GateReason
  /** The same text as long as the matter is. */
  readonly message: string
}

interface Part {
  readonly reason: GateReason
  readonly message: string
}

/** Of several that are not yet healthy, the reason is the one to act on first. */
const WORST_FIRST: readonly GateReason[] = ['Unhealthy', 'HealthUnknown', 'NotRegistered', 'Initial']
/** A condition's message takes much more; a reader does not. */
const MOST_PARTS = 8

/** `standings`: at least one. */
export function judge(standings: readonly Standing[]): GateVerdict {
  const parts = standings.flatMap(partsOf)
  const bad = parts.filter(({ reason }) => WORST_FIRST.includes(reason))
  if (parts.length === 0) return { status: 'False', reason: 'NotRegistered', message: 'no load balancer is there yet' }
  const reason = WORST_FIRST.find((worst) => bad.some((part) => part.reason === worst))
  if (reason !== undefined) return { status: 'False', reason, message: messageOf(bad) }
  return { status: 'True', reason: parts.some((part) => part.reason === 'Healthy') ? 'Healthy' : 'Registered', message: messageOf(parts) }
}

function messageOf(parts: readonly Part[]): string {
  const texts = [...new Set(parts.map(({ message }) => message))].toSorted()
  const more = texts.length - MOST_PARTS
  return [...texts.slice(0, MOST_PARTS), ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
}

function partsOf(standing: Standing): readonly Part[] {
  const { finding, owner } = standing
  const name = ownerName(owner)
  switch (finding.kind) {
    case 'not registered':
      return [{ reason: 'NotRegistered', message: `not registered yet for ${name}` }]
    case 'no say':
      return [{ reason: 'Registered', message: `registered for ${name}` }]
    case 'not asked':
      return [{ reason: 'HealthUnknown', message: `registered for ${name}, its health is not known yet` }]
    case 'no answer':
      return [{ reason: 'HealthUnknown', message: `the health of the targets of ${name} is not known: ${finding.because}` }]
    case 'answer':
      return listenersOf(standing, finding.targets)
    default:
      return finding satisfies never
  }
}

/**
 * A listener that has the pod by two addresses, one of each family, has to find both healthy; one that takes a single family has one. A Stack that holds
 * nothing for a Service any more, or does not yet, is not waited for.
 */
function listenersOf({ owner, ips, listeners }: Standing, targets: readonly TargetHealth[]): readonly Part[] {
  const theirs = targets.filter((target) => target.owner === owner.uid)
  const own = Map.groupBy(
    theirs.filter(({ ip }) => ips.includes(ip)),
    ({ listener }) => listener,
  )
  const keys = listeners ?? [...own.keys()]
  if (listeners === undefined && theirs.length === 0) return []
  if (keys.length === 0) return [{ reason: 'NotRegistered', message: `not registered yet for ${ownerName(owner)}` }]
  return keys.flatMap((key): readonly Part[] => {
    const where = `${key} of ${ownerName(owner)}`
    const found = own.get(key) ?? []
    if (found.length === 0) return [{ reason: 'NotRegistered', message: `not registered yet for ${where}` }]
    const unwell = found.filter(({ state }) => state !== 'healthy')
    if (unwell.length === 0) return [{ reason: 'Healthy', message: `healthy for ${where}` }]
    return unwell.map(({ state, because }) => ({ reason: state === 'initial' ? 'Initial' : 'Unhealthy', message: `${where}: ${because}` }))
  })
}
