/** Reserved addresses of users that a Service names: found by name or by the address, and looked at before anything is made of them. Pure. */
import type { Family } from '../../../../src/model/address.ts'
import { ownerName } from '../../../../src/model/owner.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import type { Address } from '../../api/documents.ts'
import { isSameId, keyOfId, nameOf, parseId } from '../../api/ids.ts'
import { FIELDS } from '../../fields.ts'
import { otherController, readMark } from '../../marks.ts'
import type { AddressUser } from '../../view.ts'
import type { PlanInput } from '../plan-context.ts'
import { ipOf } from '../owners.ts'
import { familyOfAddress, ipOfAddress, type Site } from '../wanted/sites.ts'

/** `seek`: it is not known, or nothing of ours has it yet, and has not been looked for since. `usedBy`: what else has it. */
export type Lookup = { readonly found: Address } | { readonly usedBy: AddressUser } | { readonly seek: string } | 'missing'

export function namedAddress(named: string, input: PlanInput): Lookup {
  const name = nameOf(named)
  return lookup(name, input.base?.network?.addresses.get(name), input)
}

/** The same by the address itself. What we reserved is no user's. */
export function literalAddress(literal: string, input: PlanInput): Lookup {
  const all = [...(input.base?.network?.addresses.values() ?? [])]
  return lookup(
    literal,
    all.find((address) => ipOfAddress(address) === literal),
    input,
  )
}

/** Before an address is taken it is looked at: what the base shows of it may be old. Where that says no, a later listing of the base does not have to be looked after. */
function lookup(asked: string, known: Address | undefined, { view, base, config }: PlanInput): Lookup {
  const looked = view.looked.get(asked)
  const answer = (address: Address | undefined): Lookup => {
    if (address === undefined || readMark(config.clusterId, address.description) !== undefined) return 'missing'
    const other = address.users?.map(keyOfId).find((user) => !view.rules.has(user))
    return other === undefined ? { found: address } : { usedBy: looked?.user?.id === other ? looked.user : { id: other } }
  }
  const ip = known === undefined ? undefined : ipOfAddress(known)
  if (known !== undefined && [...view.rules.values()].some((rule) => ipOf(rule) === ip)) return { found: known }
  if (looked !== undefined && looked.network === base?.network) return answer(looked.address)
  const fromBase = answer(known)
  const saysNo = fromBase === 'missing' ? looked !== undefined : 'usedBy' in fromBase && looked?.user?.id === fromBase.usedBy.id
  return saysNo ? fromBase : { seek: asked }
}

export function usedByOther(value: string, field: string, { id, owner, controller }: AddressUser): Problem {
  const object = `${KINDS[parseId(id)?.kind ?? ''] ?? 'resource'} ${nameOf(id)}`
  const of = owner === undefined ? controller : `the Service ${ownerName(owner)}`
  return {
    reason: 'Conflict',
    field,
    value,
    wrong: `is used by ${of === undefined ? `the ${object}` : `${of} (${object})`}`,
    allowed: `a free address, or one ${FIELDS.share} key for Services that have it together`,
    pace: 'by reading',
  }
}

const KINDS: Readonly<Record<string, string>> = { forwardingRules: 'forwarding rule', instances: 'instance', routers: 'router' }

/** Why a name cannot be that of an address here; undefined: it can. */
export function nameProblem(named: string, { config }: PlanInput): Problem | undefined {
  const id = parseId(named)
  const isHere =
    id === undefined || (id.project === config.project && typeof id.scope === 'object' && 'region' in id.scope && id.scope.region === config.region)
  if (isHere) return undefined
  return { ...about(named), wrong: 'is not in the project and region of the load balancers', allowed: `an address of ${config.project} in ${config.region}` }
}

export function missingName(named: string, { config }: PlanInput): Problem {
  const { project, region } = config
  return {
    ...about(named),
    wrong: `is not a reserved address in ${region}`,
    remedy: `Reserve it: gcloud compute addresses create ${nameOf(named)} --region ${region} --project ${project}.`,
    pace: 'by reading',
  }
}

/** Google gives an external address only to who has reserved it. */
export function missingLiteral(literal: string, field: string, { config }: PlanInput): Problem {
  const { project, region } = config
  return {
    reason: 'Invalid',
    field,
    value: literal,
    wrong: `is not a reserved address in ${region}`,
    remedy:
      `Reserve an address, and name it (${FIELDS.addressNames}: NAME): gcloud compute addresses create NAME --region ${region} --project ${project}. ` +
      `Where a VM or a forwarding rule of yours has ${literal} already, keep it with --addresses ${literal}.`,
    pace: 'by reading',
  }
}

/** Why a reserved address does not fit a site; undefined: it does. `subnetwork`: the one that is asked for. */
export function unfit(address: Address, site: Pick<Site, 'scheme' | 'tier' | 'subnetwork'>, field: string): Problem | undefined {
  const isInternal = site.scheme === 'INTERNAL'
  const type = address.addressType ?? 'EXTERNAL'
  const problem = (wrong: string, allowed: string): Problem => ({ reason: 'Invalid', field, value: address.name ?? '', wrong, allowed, pace: 'by reading' })
  if (type !== site.scheme)
    return problem(
      `is an ${type.toLowerCase()} address`,
      `an ${site.scheme.toLowerCase()} one, or ${FIELDS.scheme}: ${type === 'INTERNAL' ? 'internal' : 'internet-facing'}`,
    )
  const tier = address.networkTier ?? 'PREMIUM'
  if (!isInternal && site.tier !== undefined && tier !== site.tier)
    return problem(`is of the network tier ${tier}`, `an address of the tier ${site.tier}, or another ${FIELDS.networkTier}`)
  if (isInternal && site.subnetwork !== undefined && address.subnetwork !== undefined && !isSameId(address.subnetwork, site.subnetwork))
    return problem(`is in the subnet ${nameOf(address.subnetwork)}`, `an address of ${nameOf(site.subnetwork)}, or another ${FIELDS.subnets}`)
  if (isInternal && address.purpose !== undefined && !PURPOSES.has(address.purpose))
    return problem(`is reserved for ${address.purpose}`, [...PURPOSES].join(' or '))
  const other = otherController(address.description)
  return other === undefined
    ? undefined
    : { ...problem(`belongs to ${other}`, 'an address of your own, which no other controller deletes'), reason: 'Conflict' }
}

const PURPOSES = new Set<string>(['GCE_ENDPOINT', 'SHARED_LOADBALANCER_VIP'])

/** One address of each family at the most. Undefined: there are not two of one. */
export function twice(found: readonly Address[], family: Family): Problem | undefined {
  const [first, second] = found.filter((address) => familyOfAddress(address) === family)
  if (first === undefined || second === undefined) return undefined
  return { ...about(second.name ?? ''), wrong: `is of ${family}, and so is ${first.name}`, allowed: 'one address of each IP family' }
}

function about(value: string): Pick<Problem, 'reason' | 'field' | 'value'> {
  return { reason: 'Invalid', field: FIELDS.addressNames, value }
}
