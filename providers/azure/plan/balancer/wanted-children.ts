/** What our children of one load balancer are to be: of those who are served, and of those whose settings stay as they are found. Pure. */
import type { Family } from '../../../../src/model/address.ts'
import { isClosed, stays } from '../../../../src/provider/kit/parties.ts'
import type { Frontend, Probe, Rule } from '../../api/documents.ts'
import { type BalancerKey, isSameBalancer } from '../../balancer-keys.ts'
import { poolName } from '../../names.ts'
import type { Serving } from '../accept/serving.ts'
import { childName, type FoundRule, foundIn } from '../found.ts'
import { isElsewhere, oldRules } from '../old-sites.ts'
import type { Parties, PlanInput } from '../plan-context.ts'
import { wantedRules } from '../wanted/rules.ts'
import type { Wanted, WantedChild } from './children.ts'

export interface WantedChildren {
  readonly frontends: Wanted<Frontend>
  readonly rules: Wanted<Rule>
  readonly probes: Wanted<Probe>
  readonly families: ReadonlySet<Family>
}

/** `id`: of the load balancer. */
export function wantedChildren(
  { balancerKey, id }: { readonly balancerKey: BalancerKey; readonly id: string },
  { parties, serving }: { readonly parties: Parties; readonly serving: readonly Serving[] },
  input: PlanInput,
): WantedChildren {
  const frontends = new Map<string, WantedChild<Frontend>>()
  const rules = new Map<string, WantedChild<Rule>>()
  const probes = new Map<string, WantedChild<Probe>>()
  const families = new Set<Family>()
  for (const rule of keptRules(balancerKey, { parties, serving }, input)) {
    families.add(rule.family)
    rules.set(rule.name, followed(rule, parties))
    if (rule.frontend !== undefined) frontends.set(rule.frontend.name, AS_FOUND)
    const probe = childName(rule.child.properties?.probe?.id)
    if (probe !== '') probes.set(probe, AS_FOUND)
  }
  const child = (list: string, name: string): { readonly id: string } => ({ id: `${id}/${list}/${name}` })
  for (const { want, sites, listeners } of serving) {
    for (const site of sites) {
      if (!isSameBalancer(site.balancerKey, balancerKey) || isElsewhere(site, input)) continue
      families.add(site.family)
      frontends.set(site.name, site.frontend)
      const { settings, options, backends } = want.want
      const made = wantedRules(
        { uid: want.owner.uid, settings: { ...settings, listeners }, options, backends },
        {
          family: site.family,
          frontend: child('frontendIPConfigurations', site.name),
          frontendName: site.name,
          pool: child('backendAddressPools', poolName(site.family)),
          probe: (name) => child('probes', name),
          disableOutboundSnat: input.config.disableOutboundSnat,
        },
      )
      for (const [name, rule] of made.rules) rules.set(name, rule)
      for (const { name, properties } of made.probes.values()) setProbe(probes, name, { properties })
    }
  }
  return { frontends, rules, probes, families }
}

/** Nothing of it is decided here. */
const AS_FOUND = { properties: {} }

/** What is wanted of a probe takes precedence over that it is kept. */
function setProbe(probes: Map<string, WantedChild<Probe>>, name: string, probe: WantedChild<Probe>): void {
  probes.delete(name.toLowerCase())
  probes.set(name, probe)
}

function keptRules(
  balancerKey: BalancerKey,
  { parties, serving }: { readonly parties: Parties; readonly serving: readonly Serving[] },
  input: PlanInput,
): readonly FoundRule[] {
  const old = serving.flatMap((one) => oldRules(one, input))
  const stay = foundIn(input.view).rules.filter((rule) => stays(parties, rule.uid) && !isRuleClosed(rule, parties))
  return [...stay, ...old].filter(({ balancer }) => isSameBalancer(balancer, balancerKey))
}

export function isRuleClosed({ uid, port, protocol }: FoundRule, parties: Parties): boolean {
  if (protocol === 'all') return false
  return isClosed(parties, uid, [`${port}/${protocol === 'udp' ? 'UDP' : 'TCP'}`])
}

/** Where the rule leads to a node port, it is the one that the Service has now. */
function followed({ uid, port, protocol, child }: FoundRule, { follows }: Parties): WantedChild<Rule> {
  const intent = follows.get(uid)
  if (intent === undefined || intent.shrinkOnly === true || protocol === 'all' || child.properties?.enableFloatingIP !== false) return AS_FOUND
  const nodePort = intent.follow.ports[`${port}/${protocol === 'udp' ? 'UDP' : 'TCP'}`]?.nodePort
  return nodePort === undefined ? AS_FOUND : { properties: { backendPort: nodePort } }
}
