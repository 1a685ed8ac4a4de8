/** Whose configuration is carried out: what can be seen not to work is refused here, without a call. The holder keeps what it has; among new ones the earlier gets it. Pure. */
import { limitAgainst } from '../../../../src/model/load-balancer.ts'
import { compareText } from '../../../../src/model/order.ts'
import { placeText } from '../../../../src/model/status.ts'
import { type Fit, shareOut, type SharingRules } from '../../../../src/provider/kit/agreement.ts'
import { onlyWants, stays } from '../../../../src/provider/kit/parties.ts'
import type { Refusal, Waiting } from '../../../../src/provider/provider.ts'
import type { GcpOptions } from '../../../../annotations/gcp.ts'
import { memberNaming } from '../../names.ts'
import { isLeaving, type RulePart } from '../../view.ts'
import type { Parties, PlanInput, Want } from '../plan-context.ts'
import { foundSite } from '../wanted/sites.ts'
import { grantPorts } from './port-grants.ts'
import { configurationProblem, schemeProblem } from './problems.ts'
import type { Serving } from './serving.ts'
import { type AddressSettings, SHARED_SETTINGS } from './shared-settings.ts'
import { type Sites, sitesOf } from './sites.ts'
import { tierProblem } from './tiers.ts'

export interface Acceptance {
  /** Those that are refused as a whole, and those that have to wait, follow. */
  readonly parties: Parties
  readonly serving: readonly Serving[]
  /** Addresses that have to be looked for before anybody is served, and for whom. */
  readonly seeks: readonly string[]
  readonly seekers: readonly Want[]
  readonly refused: readonly Refusal[]
  readonly waiting: readonly Waiting[]
}

export function accept(asked: Parties, input: PlanInput): Acceptance {
  const refused = new Map<string, Refusal>()
  for (const { owner, want } of asked.wants) {
    const problem = configurationProblem(want)
    if (problem !== undefined) refused.set(owner.uid, { owner, problem })
  }
  const servable = new Set(asked.wants.flatMap(({ owner: { uid } }) => (refused.has(uid) ? [] : [uid])))
  const rules = { ...sharingRules(input), grant: (members: readonly Want[], { sites }: Sites, among: Parties) => grantPorts(members, sites, among, input) }
  const shared = shareOut<GcpOptions, AddressSettings, Sites, Want['want']['settings']['listeners'][number]>(asked, { servable, refused }, rules)
  const { parties, members, made, ports, waiting } = shared
  const isSeeking = (made?.seeks.length ?? 0) > 0
  return {
    parties: isSeeking ? onlyWants(parties, []) : parties,
    serving: made === undefined || isSeeking ? [] : members.map((want) => servingOf(want, ports.get(want.owner.uid) ?? [], made, parties, input)),
    seeks: made?.seeks ?? [],
    seekers: isSeeking ? members : [],
    refused: shared.refused.toSorted((a, b) => compareText(a.owner.uid, b.owner.uid)),
    waiting: waiting.toSorted((a, b) => compareText(a.owner.uid, b.owner.uid)),
  }
}

function sharingRules(input: PlanInput): SharingRules<GcpOptions, AddressSettings, Sites> {
  return {
    join: SHARED_SETTINGS.join,
    fit: (wants, settings, parties) => fit(wants, settings, parties, input),
    barred: (one, { scheme, tiers }) => {
      const limit = limitAgainst(one.want.settings.limits, 'scheme', scheme)
      if (limit !== undefined) return { ...limit.refusal, value: scheme }
      return schemeProblem(one.want, scheme) ?? (tiers === undefined ? undefined : tierProblem(one, tiers))
    },
  }
}

function fit(wants: readonly Want[], settings: AddressSettings, parties: Parties, input: PlanInput): Fit<Sites> {
  if (input.base?.network === undefined) return { waits: { because: 'the network has not been read yet', afterMs: 10_000 } }
  const answer = sitesOf({ settings, wants, bound: boundRules(parties, input) }, input)
  return 'problem' in answer ? answer : { made: answer }
}

/** Of Services whose configuration stays as it is: who shares an address with them has that one. */
function boundRules(parties: Parties, { view }: PlanInput): readonly RulePart[] {
  return [...view.rules.values()].filter((rule) => !isLeaving(rule) && rule.mark.owner !== undefined && stays(parties, rule.mark.owner.uid))
}

function servingOf(want: Want, listeners: Serving['listeners'], { sites, without }: Sites, { known }: Parties, { config, view }: PlanInput): Serving {
  const { families, share } = want.want.settings
  const published = new Set([...want.published.map(placeText), ...known])
  return {
    want,
    listeners,
    without,
    isShared: share !== undefined,
    naming: memberNaming(want, config.clusterId),
    sites: sites.filter(({ family }) => families.includes(family)).map((site) => foundSite(site, view, published)),
  }
}
