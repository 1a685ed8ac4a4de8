/** Which Elastic IP addresses a load balancer is to have: those the Service names by allocation id, or those that carry the tag it names. */
import { compareText } from '../../../../src/model/order.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import { FIELDS } from '../../fields.ts'
import type { Network, Subnet, ZoneMapping } from '../../view.ts'

export interface AddressQuestion {
  readonly subnets: readonly Subnet[]
  readonly addresses: Network['addresses']
  /** Where the load balancer stands, and with which addresses; empty: it is new. */
  readonly found: readonly ZoneMapping[]
}

export type Reserved = { readonly allocationIds: readonly string[] } | { readonly problem: Problem }

const BY_TAG = 'tag:'

/** Whether an entry of the annotation names a tag, not one address. */
export function isByTag(name: string): boolean {
  return name.startsWith(BY_TAG)
}

/**
 * One for each subnet, in their order. By tag, a subnet keeps the address that it has as long as that carries the tag, and the others get the lowest ids that
 * nothing uses. Ids are not checked here.
 */
export function allocationsOf(names: readonly string[], question: AddressQuestion): Reserved {
  const text = names.find(isByTag)
  if (text === undefined) return { allocationIds: names }
  const refuse = (wrong: string, more: Pick<Problem, 'reason' | 'allowed' | 'remedy'>): Reserved => ({
    problem: { field: FIELDS.addressNames, value: names.join(','), wrong, ...more },
  })
  const tag = tagIn(text)
  if (names.length > 1 || tag === undefined)
    return refuse('is not one tag', { reason: 'Invalid', allowed: 'allocation ids such as eipalloc-0123456789abcdef0, or one tag as tag:KEY=VALUE' })
  const { subnets, addresses, found } = question
  if (addresses === undefined) return refuse('names a tag, and the Elastic IP addresses have not been read yet', { reason: 'Waiting' })
  if (addresses === 'denied')
    return refuse('names a tag, and the Elastic IP addresses of the account may not be read', {
      reason: 'Denied',
      remedy: 'Grant ec2:DescribeAddresses, or name the addresses by their allocation ids.',
    })
  const tagged = addresses.filter(({ tags }) => tags[tag.key] === tag.value).toSorted((a, b) => compareText(a.allocationId, b.allocationId))
  const held = new Set(found.map(({ allocationId }) => allocationId))
  const usable = new Set(tagged.filter(({ allocationId, isInUse }) => !isInUse || held.has(allocationId)).map(({ allocationId }) => allocationId))
  if (usable.size < subnets.length) {
    const inUse = tagged.length - usable.size
    return refuse(`is the tag of ${usable.size} Elastic IP addresses that are free${inUse === 0 ? '' : ` and of ${inUse} in use elsewhere`}`, {
      reason: 'Invalid',
      allowed: `a tag of at least ${subnets.length} free ones, one for each subnet of the load balancer (${subnets.map(({ id }) => id).join(', ')})`,
    })
  }
  return { allocationIds: chosen(subnets, found, usable) }
}

function chosen(subnets: readonly Subnet[], found: readonly ZoneMapping[], usable: ReadonlySet<string>): readonly string[] {
  const kept = subnets.map(({ id }) => found.find(({ subnetId, allocationId }) => subnetId === id && allocationId !== undefined && usable.has(allocationId)))
  const taken = new Set(kept.map((zone) => zone?.allocationId))
  const others = [...usable].filter((id) => !taken.has(id)).values()
  return kept.flatMap((zone) => zone?.allocationId ?? others.next().value ?? [])
}

/** A tag may have an empty value; only the first `=` divides, as no key of ours has one. */
function tagIn(text: string): { readonly key: string; readonly value: string } | undefined {
  const rest = text.slice(BY_TAG.length)
  const at = rest.indexOf('=')
  return at < 1 ? undefined : { key: rest.slice(0, at), value: rest.slice(at + 1) }
}
