/**
 * Whose configuration is carried out: what can be seen not to work is refused here, without a call. The holder keeps what it has; among new ones the earlier
 * gets it. Pure.
 */
import { limitAgainst } from '../../../../src/model/load-balancer.ts'
import { compareText } from '../../../../src/model/order.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import { withoutWants } from '../../../../src/provider/kit/parties.ts'
import { mergedRefusals } from '../../../../src/provider/kit/refused-ports.ts'
import type { Refusal } from '../../../../src/provider/provider.ts'
import { keyOfId } from '../../api/ids.ts'
import { FIELDS } from '../../fields.ts'
import type { AddressPart } from '../../view.ts'
import type { Parties, PlanInput, Want } from '../plan-context.ts'
import { grantPorts } from './grants.ts'
import { type Placement, placer } from './placement.ts'
import { configurationProblem, foreignProblem } from './problems.ts'
import type { Serving, Sited } from './serving.ts'
import type { AddressToMake, Resolved, Site, Sought } from './site.ts'
import { internalSiteOf } from './internal-sites.ts'
import { publicSiteOf } from './public-sites.ts'

/** What has to happen before a Service can be served. Until then it is followed. */
export interface Pending {
  readonly want: Want
  readonly make: readonly AddressToMake[]
  /** Keys of the ids of addresses that are being changed. */
  readonly waits: readonly string[]
  readonly seek: readonly Sought[]
  readonly adopt: readonly AddressPart[]
}

export interface Acceptance {
  /** Those that are refused as a whole, and those that have to wait, follow. */
  readonly parties: Parties
  readonly serving: readonly Serving[]
  readonly pending: readonly Pending[]
  readonly refused: readonly Refusal[]
}

export function accept(asked: Parties, input: PlanInput): Acceptance {
  const refused = new Map<string, Refusal>()
  const pending: Pending[] = []
  const place = placer(input)
  const sited = asked.wants.flatMap((want): readonly Sited[] => {
    const found = sitesOf(want, place, input)
    if (found.kind === 'sites') return [{ want, sites: found.sites }]
    if (found.kind === 'problem') refused.set(want.owner.uid, { owner: want.owner, problem: found.problem })
    else pending.push(found.pending)
    return []
  })
  const grants = grantPorts(sited, asked, input)
  for (const [uid, refusal] of grants.refused) refused.set(uid, mergedRefusals(refused.get(uid), refusal))
  const served = new Set(grants.serving.map(({ want: { owner } }) => owner.uid))
  const others = new Set(asked.wants.flatMap(({ owner: { uid } }) => (served.has(uid) ? [] : [uid])))
  return {
    parties: withoutWants(asked, others),
    serving: grants.serving,
    pending,
    refused: [...refused.values()].toSorted((a, b) => compareText(a.owner.uid, b.owner.uid)),
  }
}

type Answer =
  | { readonly kind: 'sites'; readonly sites: readonly Site[] }
  | { readonly kind: 'problem'; readonly problem: Problem }
  | { readonly kind: 'pending'; readonly pending: Pending }

function sitesOf(want: Want, place: (want: Want) => Placement, input: PlanInput): Answer {
  const { settings } = want.want
  const problem = configurationProblem(want) ?? schemeProblem(want) ?? groupProblem(want, input)
  if (problem !== undefined) return { kind: 'problem', problem }
  const placement = place(want)
  if ('problem' in placement) return { kind: 'problem', problem: placement.problem }
  const siteOf = settings.scheme === 'internal' ? internalSiteOf : publicSiteOf
  const found = settings.families.map((family) => siteOf(want, { family, placement }, input))
  const wrong = found.find((one) => one.kind === 'problem')
  if (wrong?.kind === 'problem') return { kind: 'problem', problem: wrong.problem }
  const sites = found.flatMap((one) => (one.kind === 'site' ? [one.site] : []))
  const foreign = sites.map(({ balancerKey }) => foreignProblem(balancerKey, input)).find((one) => one !== undefined)
  if (foreign !== undefined) return { kind: 'problem', problem: foreign }
  return sites.length === found.length ? { kind: 'sites', sites } : { kind: 'pending', pending: pendingOf(want, found) }
}

function pendingOf(want: Want, found: readonly Resolved[]): Pending {
  return {
    want,
    make: found.flatMap((one) => (one.kind === 'make' ? [one.address] : [])),
    waits: found.flatMap((one) => (one.kind === 'waits' ? [one.addressKey] : [])),
    seek: found.flatMap((one) => (one.kind === 'seek' ? [one.sought] : [])),
    adopt: found.flatMap((one) => (one.kind === 'adopt' ? [one.part] : [])),
  }
}

/** The operator's policy does not allow the scheme: it may be the one of what the Service has. */
function schemeProblem({ want: { settings } }: Want): Problem | undefined {
  const limit = limitAgainst(settings.limits, 'scheme', settings.scheme)
  return limit === undefined ? undefined : { ...limit.refusal, value: settings.scheme }
}

/** Without the group no packet from the Internet comes in. */
function groupProblem({ want: { options } }: Want, { view, config }: PlanInput): Problem | undefined {
  if (options.noSecurityRules === true || view.securityGroups.has(keyOfId(config.securityGroup))) return undefined
  return {
    reason: 'Refused',
    field: FIELDS.securityGroup,
    value: config.securityGroup,
    wrong: 'is a network security group that does not exist, or that the controller may not read',
    remedy: `Create it, or let the operator of the cluster correct ${FIELDS.securityGroup}.`,
    pace: 'by reading',
  }
}
