/** Which Elastic IP addresses a load balancer is to have: those the Service names by allocation id, or those that carry the tag it names. */
import { ownerName } from '../../../../src/model/owner.ts'
import { compareText } from '../../../../src/model/order.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import { FIELDS } from '../../fields.ts'
import type { AddressUser, AwsView, Network, Subnet, ZoneMapping } from '../../view.ts'

export interface AddressQuestion {
  readonly subnets: readonly Subnet[]
  readonly addresses: Network['addresses']
  /** Those named by id, as they were found. */
  readonly lookedFor: AwsView['lookedFor']
  /** Where the load balancer stands, and with which addresses; empty: it is new. */
  readonly found: readonly ZoneMapping[]
}

export type Reserved = { readonly allocationIds: readonly string[] } | { readonly problem: Problem }

const BY_TAG = 'tag:'

/** Whether an entry of the annotation names a tag, not one address. */
export function isByTag(name: string): boolean {
  return name.startsWith(BY_TAG)
}

/** Whether an entry of the annotation has the form of an allocation id. */
export function isAllocationId(name: string): boolean {
  return /^eipalloc-[0-9a-f]+$/.test(name)
}

/**
 * One for each subnet, in their order. By tag, a subnet keeps the address that it has as long as that carries the tag, and the others get the lowest ids that
 * nothing uses. How ids are written is not checked here.
 */
export function allocationsOf(names: readonly string[], question: AddressQuestion): Reserved {
  const text = names.find(isByTag)
  if (text === undefined) {
    const problem = unusable(names, question)
    return problem === undefined ? { allocationIds: names } : { problem }
  }
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

/** Why one of the addresses cannot be had; undefined: each is free, had already, or unknown. */
function unusable(names: readonly string[], { lookedFor, found }: AddressQuestion): Problem | undefined {
  for (const name of names) {
    const answer = lookedFor?.get(name)?.answer
    if (answer === undefined || answer === 'free' || answer === 'unknown' || found.some(({ allocationId }) => allocationId === name)) continue
    const about = { field: FIELDS.addressNames, value: name }
    if (answer === 'missing')
      return {
        ...about,
        reason: 'Invalid',
        wrong: 'is not an Elastic IP address of this account and region',
        remedy: 'See those there are: aws ec2 describe-addresses.',
      }
    if (answer.kind === 'network interface')
      return {
        ...about,
        reason: 'Waiting',
        wrong: `is used by the network interface ${answer.id}, which belongs to no load balancer`,
        remedy: 'Of a load balancer that was deleted, AWS frees the addresses within some minutes. Of anything else, free it there, or name another address.',
      }
    return { ...about, reason: 'Conflict', wrong: `is used by ${userText(answer)}`, allowed: 'an address that is free' }
  }
  return undefined
}

function userText(user: AddressUser): string {
  if (user.kind !== 'load balancer') return `the ${user.kind} ${user.id}`
  return user.owner === undefined ? `the load balancer ${user.name}` : `the Service ${ownerName(user.owner)} (load balancer ${user.name})`
}
