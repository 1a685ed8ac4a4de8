/** All that one Service is to have: its parts, and the steps to them. Pure. */
import { placeText } from '../../../../src/model/status.ts'
import type { Owner } from '../../../../src/model/owner.ts'
import { isSameId } from '../../api/ids.ts'
import { deleting } from '../../steps.ts'
import { isLeaving, isSettled, type RulePart } from '../../view.ts'
import type { Serving } from '../accept/serving.ts'
import { endpointParts, unusedEndpointSteps } from '../endpoints/endpoints.ts'
import { restricts, wantedFirewalls } from '../firewall/wanted.ts'
import { ipOf } from '../owners.ts'
import { inPhase, type PhasedStep } from '../phases.ts'
import type { PlanInput } from '../plan-context.ts'
import { matchOf } from '../wanted/forwarding-rules.ts'
import { familyOfRule } from '../wanted/sites.ts'
import { about } from './about.ts'
import { type CheckParts, checkParts } from './checks.ts'
import { markOf, rulesOf, schemeOf, serviceId } from './context.ts'
import { firewallSteps, isOpenAt, leftFirewallNotes } from './firewalls.ts'
import { givenUpNotes } from './given-up.ts'
import { noRoomNotes } from './groups.ts'
import { isComplete, ruleSteps, type SiteRules, siteRules } from './rules.ts'
import { protocolOf, serviceSteps, takes, unusedServiceSteps } from './services.ts'

export interface ServingParts {
  readonly serving: Serving
  readonly rules: readonly SiteRules[]
  readonly steps: readonly PhasedStep[]
  readonly notes: readonly string[]
}

/** `freed`: ports, as `80/TCP`, that other Services get at the address. */
export function servingParts(serving: Serving, freed: ReadonlySet<string>, input: PlanInput): ServingParts {
  const { view, config } = input
  const { owner } = serving.want
  const id = serviceId(serving.naming, schemeOf(serving), config)
  const service = view.services.get(id)
  const check = checkParts(serving, input)
  const rules = serving.sites.map((site) => siteRules(serving, site, { service: id, freed }, input))
  const old = oldRules(serving, rules, input)
  const matches = rules.flatMap((one) => [...one.matches, ...one.extra.flatMap((rule) => matchOf(rule.document) ?? [])])
  const protocol = protocolOf(matches, service)
  const firewalls = firewallParts(serving, { rules, old: [...old.kept, ...old.gone], check }, input)
  const endpoints = endpointParts(serving, input)
  const steps = [
    ...check.steps,
    ...(endpoints?.steps ?? []),
    ...serviceSteps({ serving, id, check, protocol, endpoints }, input),
    ...rules.flatMap((one) => ruleSteps(one, { serving, service: id, fits: (match) => takes(service, match) }, input)),
    ...old.gone.map((rule) => oldRuleStep(rule, owner)),
    ...firewalls.steps,
    ...unusedServiceSteps(owner, input, id),
    ...unusedCheckSteps(owner, check, input),
    ...unusedEndpointSteps(owner, input, new Set(endpoints?.groups.keys())),
  ]
  const room = endpoints === undefined ? noRoomNotes(service, input) : []
  const notes = [
    ...filterNotes(rules, serving),
    ...room,
    ...givenUpNotes(old.kept, serving.sites, input),
    ...commandNotes(firewalls.commands),
    ...leftFirewallNotes(owner, input),
  ]
  return { serving, rules, steps, notes }
}

interface OldRules {
  /** They serve on until what takes their place is published. */
  readonly kept: readonly RulePart[]
  readonly gone: readonly RulePart[]
}

/** Rules at other sites than those that the Service is to have. */
export function oldRules({ want, sites }: Serving, rules: readonly SiteRules[], input: PlanInput): OldRules {
  const here = new Set(rules.flatMap(({ kept, extra }) => [...kept, ...extra]))
  const old = rulesOf(input.view, want.owner.uid).filter((rule) => !here.has(rule))
  const published = new Set(want.published.map(placeText))
  const isServing = ({ site: { ip } }: SiteRules): boolean => ip !== undefined && published.has(ip) && isOpenAt(ip, want.owner, input)
  const isMoved = rules.every((one) => isServing(one) && isComplete(one))
  const families = new Set<string>(sites.map(({ family }) => family))
  const stays = (rule: RulePart): boolean => !isMoved && published.has(ipOf(rule) ?? '') && families.has(familyOfRule(rule.document))
  return { kept: old.filter(stays), gone: old.filter((rule) => !stays(rule)) }
}

function oldRuleStep({ id }: RulePart, owner: Owner): PhasedStep {
  return inPhase('remove', deleting('forwarding rule', about(id, [owner], 'another address took its place', { takesFrom: [owner] })))
}

interface FirewallsOf {
  readonly rules: readonly SiteRules[]
  /** At other sites: they are open until they are gone. */
  readonly old: readonly RulePart[]
  readonly check: CheckParts
}

function firewallParts(serving: Serving, { rules, old, check }: FirewallsOf, input: PlanInput) {
  const { owner, want } = serving.want
  const addresses = [...new Set([...rules.flatMap(({ site }) => site.ip ?? []), ...old.flatMap((rule) => ipOf(rule) ?? [])])]
  const filtered = new Set(rules.flatMap(({ site, isFirewallTheFilter }) => (isFirewallTheFilter ? [site.family] : [])))
  const wanted = wantedFirewalls({ naming: serving.naming, settings: want.settings, listeners: serving.listeners, addresses, filtered }, input.config)
  const mark = markOf(serving)
  // Probes of a check that is still referred to, or that the old scheme has, come by what lets them in now.
  const keepsProbes = rules.some((one) => !isComplete(one)) || old.length > 0 || !isCheckSettled(owner, check, input)
  const mayRemove = addresses.length > 0
  return firewallSteps({ owner, mark, wanted: [...wanted, ...check.firewalls], keepsProbes, mayRemove }, input)
}

/** No backend service of the owner refers to another check. */
function isCheckSettled({ uid }: Owner, { id }: CheckParts, { view }: PlanInput): boolean {
  const own = [...view.services.values()].filter(({ mark }) => mark.owner?.uid === uid)
  return own.every((part) => part.operation === undefined && part.document.healthChecks?.every((check) => isSameId(check, id)) === true)
}

function unusedCheckSteps(owner: Owner, check: CheckParts, input: PlanInput): readonly PhasedStep[] {
  if (!isCheckSettled(owner, check, input)) return []
  const unused = [...input.view.checks.values()].filter(
    (part) => part.mark.owner?.uid === owner.uid && part.id !== check.id && !isLeaving(part) && isSettled(part),
  )
  return unused.map(({ id }) => inPhase('let go', deleting('health check', about(id, [owner], 'no backend service refers to it', { takesFrom: [] }))))
}

/** Where rules forward more than the ports of the Service, that is said once and for all. */
function filterNotes(rules: readonly SiteRules[], { listeners, want }: Serving): readonly string[] {
  const all = rules.some(({ matches }) => matches.some(({ allPorts }) => allPorts === true))
  if (!all) return []
  const isClosed = restricts(want.want.settings, listeners)
  return [
    `One forwarding rule takes all ports, because the address can have one rule alone; firewall rules let in ${isClosed ? 'the source ranges at ' : ''}the ports of the Service and nothing else.`,
  ]
}

function commandNotes(commands: readonly string[]): readonly string[] {
  if (commands.length === 0) return []
  return [`The controller may not write firewall rules in the project of the network. An administrator of the network has to run: ${commands.join('; ')}`]
}
