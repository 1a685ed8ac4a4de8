/** The forwarding rules of one Service at one site. Pure. */
import type { Owner } from '../../../../src/model/owner.ts'
import type { ForwardingRule } from '../../api/documents.ts'
import { idIn, nameOf, urlOf } from '../../api/ids.ts'
import { describe } from '../../marks.ts'
import { forwardingRuleName } from '../../names.ts'
import { deleting, making, patching } from '../../steps.ts'
import { isLeaving, isSettled, type RulePart } from '../../view.ts'
import { MOST_INTERNAL_RULES } from '../accept/rule-limit.ts'
import type { Serving } from '../accept/serving.ts'
import { ipOf } from '../owners.ts'
import { inPhase, type PhasedStep } from '../phases.ts'
import type { PlanInput } from '../plan-context.ts'
import { type Match, matchKey, matchOf, overlaps, rulesBeside } from '../wanted/forwarding-rules.ts'
import { type FoundSite, isAt, isShareable } from '../wanted/sites.ts'
import { about } from './about.ts'
import { markOf, refersTo, rulesOf } from './context.ts'

export interface SiteRules {
  readonly site: FoundSite
  /** What the rules are to take. */
  readonly matches: readonly Match[]
  /** That are there and stay. */
  readonly kept: readonly RulePart[]
  readonly missing: readonly Match[]
  /** That are there and are not to stay. */
  readonly extra: readonly RulePart[]
  /** Those that cannot stand beside one that is missing. */
  readonly inTheWay: readonly RulePart[]
  /** One is being deleted that has the address. */
  readonly isLettingGo: boolean
  /** There is no room for those that are missing beside those that are there. */
  readonly isFull: boolean
  readonly isFirewallTheFilter: boolean
  /** The address has to be reserved, by us or by the user, while it is so. */
  readonly needsReservation: boolean
  /** Several rules may have the address, so that one that we reserve has to be made for that. */
  readonly isShareable: boolean
}

/** `freed`: ports, as `80/TCP`, that other Services get at the address. */
export function siteRules(
  serving: Serving,
  site: FoundSite,
  { service, freed }: { readonly service: string; readonly freed: ReadonlySet<string> },
  { view }: PlanInput,
): SiteRules {
  const { owner } = serving.want
  const isHere = (rule: RulePart): boolean => isAt(site, rule) && (site.ip === undefined || ipOf(rule) === undefined || ipOf(rule) === site.ip)
  const here = rulesOf(view, owner.uid).filter((rule) => refersTo(rule, service) && isHere(rule))
  const others = [...view.rules.values()].filter((rule) => !here.includes(rule) && isHere(rule))
  const shareable = isShareable(site, here.length + others.length)
  const isWithOthers = others.some(({ mark }) => mark.owner?.uid !== owner.uid)
  // Beside rules of others none can take all ports.
  const mostRules = site.scheme === 'EXTERNAL' || (shareable && isWithOthers) ? Infinity : shareable ? MOST_INTERNAL_RULES : 1
  const ports = serving.listeners.flatMap(({ port, protocol }) => (protocol === 'SCTP' ? [] : [{ port, protocol }]))
  const scheme = site.scheme === 'INTERNAL' ? 'internal' : 'internet-facing'
  const { matches, isFirewallTheFilter } = rulesBeside(
    here.flatMap((rule) => matchOf(rule.document) ?? []),
    { scheme, ports, mostRules, freed },
  )
  const keys = new Set(matches.map(matchKey))
  const kept = here.filter((rule) => keys.has(keyOf(rule)))
  const found = new Set(kept.map(keyOf))
  const missing = matches.filter((match) => !found.has(matchKey(match)))
  const extra = here.filter((rule) => !kept.includes(rule))
  const isFull = site.scheme === 'INTERNAL' && shareable && others.length + here.length + missing.length > MOST_INTERNAL_RULES
  const inTheWay = extra.filter((rule) => missing.some((match) => isFull || isInTheWay(rule, match, site, shareable)))
  const isLettingGo = others.some((rule) => isLeaving(rule) && rule.mark.owner?.uid === owner.uid)
  const isReplacing = missing.length > 0 && (here.length > 0 || isLettingGo)
  const needsReservation = serving.isShared || matches.length > 1 || isReplacing
  return { site, matches, kept, missing, extra, inTheWay, isLettingGo, isFull, isFirewallTheFilter, needsReservation, isShareable: shareable }
}

function keyOf({ document }: RulePart): string {
  const match = matchOf(document)
  return match === undefined ? '' : matchKey(match)
}

function isInTheWay({ document }: RulePart, match: Match, { scheme }: FoundSite, shareable: boolean): boolean {
  const own = matchOf(document)
  return (scheme === 'INTERNAL' && !shareable) || (own !== undefined && overlaps(own, match))
}

/** Whether the address is reserved where it has to be. */
export function isReserved({ site: { reserved, held, ip }, needsReservation }: SiteRules): boolean {
  return !needsReservation || reserved !== undefined || (isSettled(held) && ip !== undefined)
}

/** All that is wanted is there. */
export function isComplete({ missing, kept, extra, isLettingGo }: SiteRules): boolean {
  return missing.length === 0 && extra.length === 0 && !isLettingGo && kept.every(isSettled)
}

interface RuleRequest {
  readonly serving: Serving
  readonly service: string
  /** Whether the backend service takes such packets. */
  readonly fits: (match: Match) => boolean
}

/** Made as soon as what they refer to is there; what goes, goes when what comes is there, or right before where they cannot stand side by side. */
export function ruleSteps(rules: SiteRules, request: RuleRequest, input: PlanInput): readonly PhasedStep[] {
  const { missing, inTheWay, extra, isLettingGo } = rules
  const serves = [request.serving.want.owner]
  const patches = accessSteps(rules, request)
  if (missing.length === 0)
    return [...patches, ...(rules.kept.every(isSettled) ? extra.flatMap((rule) => leaving(rule, serves, 'no port of it is asked for any more')) : [])]
  if (!isReserved(rules) || !missing.every(request.fits)) return patches
  if (inTheWay.length > 0)
    return [
      ...patches,
      ...inTheWay.map((rule) =>
        inPhase(
          'remove',
          deleting(
            'forwarding rule',
            about(rule.id, serves, 'another rule takes its place at the address', { takesFrom: serves, interrupts: rules.isFull ? FULL : REPLACED }),
          ),
        ),
      ),
    ]
  const waits = isLettingGo && rules.site.scheme === 'INTERNAL' && (rules.isFull || !rules.isShareable)
  return waits ? patches : [...patches, ...missing.map((match) => inPhase('forward', creating(match, rules, request, input)))]
}

const FULL = `the address has ${MOST_INTERNAL_RULES} rules, which is all that Google allows`
const REPLACED = 'a rule cannot be changed, and two that take the same packets cannot have one address'

function leaving(rule: RulePart, serves: readonly Owner[], why: string): readonly PhasedStep[] {
  return isSettled(rule) ? [inPhase('remove', deleting('forwarding rule', about(rule.id, serves, why, { takesFrom: serves })))] : []
}

function creating(match: Match, rules: SiteRules, { serving, service }: RuleRequest, { config }: PlanInput) {
  const { site } = rules
  const { owner } = serving.want
  const name = forwardingRuleName(serving.naming, {
    family: site.family,
    service: nameOf(service),
    match: matchKey(match),
    ...(site.subnetwork === undefined ? {} : { subnetwork: site.subnetwork }),
    ...(site.requested === undefined ? {} : { address: site.requested }),
    ...(site.tier === undefined ? {} : { tier: site.tier }),
  })
  const mark = { ...markOf(serving), ...(site.reserved?.name === undefined ? {} : { address: site.reserved.name }) }
  const body = { ...ruleBody(match, site, service, serving), description: describe(config.clusterId, mark) }
  const id = idIn(config.project, { region: config.region }, 'forwardingRules', name)
  return making('forwarding rule', { ...about(id, [owner], `packets for ${matchKey(match)} are taken in`), body, mark })
}

function ruleBody(match: Match, site: FoundSite, service: string, { want, isShared }: Serving): ForwardingRule {
  const isInternal = site.scheme === 'INTERNAL'
  const { globalAccess } = want.want.settings
  const address = site.ip === undefined ? undefined : site.family === 'IPv6' ? `${site.ip}/96` : site.ip
  const isChosen = address !== undefined && (site.requested !== undefined || site.held !== undefined || isShared)
  return {
    ...match,
    loadBalancingScheme: site.scheme,
    backendService: urlOf(service),
    ...(isChosen ? { IPAddress: address } : {}),
    ...(site.tier === undefined ? {} : { networkTier: site.tier }),
    ...(site.family === 'IPv6' ? { ipVersion: 'IPV6' as const } : {}),
    ...(isInternal ? { network: urlOf(site.network) } : {}),
    ...(site.subnetwork === undefined ? {} : { subnetwork: urlOf(site.subnetwork) }),
    ...(site.collection === undefined || isChosen ? {} : { ipCollection: site.collection }),
    ...(isInternal && globalAccess === true ? { allowGlobalAccess: true } : {}),
  }
}

/** Global access is all that is changed in place. */
function accessSteps({ kept, site }: SiteRules, { serving }: RuleRequest): readonly PhasedStep[] {
  if (site.scheme !== 'INTERNAL') return []
  const isGlobal = serving.want.want.settings.globalAccess === true
  return kept.flatMap(({ id, document, operation }) => {
    if (operation !== undefined || (document.allowGlobalAccess === true) === isGlobal) return []
    const serves = [serving.want.owner]
    const body = { allowGlobalAccess: isGlobal, ...(document.fingerprint === undefined ? {} : { fingerprint: document.fingerprint }) }
    const why = isGlobal ? 'clients of other regions reach it' : 'clients of other regions do not reach it any more'
    return [
      inPhase(
        isGlobal ? 'open' : 'close',
        patching('forwarding rule', { ...about(id, serves, why, isGlobal ? {} : { takesFrom: serves, shrinks: true }), body }),
      ),
    ]
  })
}
