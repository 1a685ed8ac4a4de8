/**
 * The load-balancing rules of one Service for one IP family. With floating IP, which is the default, a packet arrives at a node with the published address and
 * port, where kube-proxy takes it: no node port is needed. Pure.
 */
import type { Family } from '../../../../src/model/address.ts'
import type { AzureOptions } from '../../../../annotations/azure.ts'
import type { Backends, Listener, LoadBalancer } from '../../../../src/model/load-balancer.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import type { RefusedPort } from '../../../../src/provider/kit/refused-ports.ts'
import type { Reference, Rule } from '../../api/documents.ts'
import { FIELDS } from '../../fields.ts'
import { ruleName } from '../../names.ts'
import type { WantedChild } from '../balancer/children.ts'
import { type NamedProbe, probeFor } from './probes.ts'

export interface RuleRequest {
  readonly uid: string
  readonly settings: Pick<LoadBalancer, 'scheme' | 'listeners' | 'affinity' | 'tcpReset'>
  readonly options: Pick<AzureOptions, 'disableFloatingIp' | 'haPorts'>
  readonly backends: Backends
}

/** Ids that rules refer to. */
export interface RulePlace {
  readonly family: Family
  readonly frontend: Reference
  readonly frontendName: string
  readonly pool: Reference
  readonly probe: (name: string) => Reference
  readonly disableOutboundSnat: boolean
}

export interface WantedRules {
  readonly rules: ReadonlyMap<string, WantedChild<Rule>>
  readonly probes: ReadonlyMap<string, NamedProbe>
  /** Ports that cannot be served, while the others are. */
  readonly refused: readonly RefusedPort[]
}

export function wantedRules(request: RuleRequest, place: RulePlace): WantedRules {
  const rules = new Map<string, WantedChild<Rule>>()
  const probes = new Map<string, NamedProbe>()
  const refused: RefusedPort[] = []
  for (const listener of served(request)) {
    const found = ruleFor(listener, request, place)
    if ('problem' in found) {
      refused.push({ listener, error: 'fairlead.dev/Invalid', problem: found.problem })
      continue
    }
    rules.set(nameOf(listener, request, place), { properties: found.rule })
    if (found.probe !== undefined) probes.set(found.probe.name, found.probe)
  }
  return { rules, probes, refused }
}

/** Which listeners can be served in all of these families, and why the others cannot. */
export function possibleListeners(
  request: RuleRequest,
  families: readonly Family[],
): { readonly possible: readonly Listener[]; readonly refused: readonly RefusedPort[] } {
  const refused: RefusedPort[] = []
  const possible = request.settings.listeners.filter((listener) => {
    const problem = families.map((family) => listenerProblem(listener, request, family)).find((one) => one !== undefined)
    if (problem !== undefined) refused.push({ listener, error: 'fairlead.dev/Invalid', problem })
    return problem === undefined
  })
  return { possible, refused }
}

function listenerProblem(listener: Listener, request: RuleRequest, family: Family): Problem | undefined {
  const found = ruleFor(listener, request, { family, ...ANYWHERE })
  return 'problem' in found ? found.problem : undefined
}

const ANYWHERE = { frontend: { id: '' }, frontendName: '', pool: { id: '' }, probe: () => ({ id: '' }), disableOutboundSnat: false }

/** What the Service asks for as a whole and cannot have; undefined: nothing. */
export function rulesProblem({ settings, options }: Pick<RuleRequest, 'settings' | 'options'>, families: readonly Family[]): Problem | undefined {
  if (options.haPorts !== true) return undefined
  const wrong = (because: string): Problem => ({
    reason: 'Invalid',
    field: FIELDS.haPorts,
    value: 'true',
    wrong: because,
    allowed: 'only an internal IPv4 load balancer',
  })
  if (settings.scheme !== 'internal') return wrong('is not possible for a load balancer that is reached from the internet')
  return families.includes('IPv6') ? wrong('is not possible for IPv6') : undefined
}

/** Whether packets arrive with the published address. An internal IPv6 frontend cannot have it. Source: learn.microsoft.com, "Azure Load Balancer Floating IP". */
export function hasFloatingIp({ settings, options }: Pick<RuleRequest, 'settings' | 'options'>, family: Family): boolean {
  return options.disableFloatingIp !== true && !(settings.scheme === 'internal' && family === 'IPv6')
}

/** A rule for all ports stands for all listeners, and is checked like the first. */
function served({ settings, options }: RuleRequest): readonly Listener[] {
  return options.haPorts === true ? settings.listeners.slice(0, 1) : settings.listeners
}

function nameOf({ port, protocol }: Listener, { uid, options }: RuleRequest, { family, frontendName: at }: RulePlace): string {
  if (options.haPorts === true) return ruleName({ uid, family, protocol: 'all', port: 0 }, at)
  return ruleName({ uid, family, protocol: protocol === 'UDP' ? 'udp' : 'tcp', port }, at)
}

type Found = { readonly rule: WantedChild<Rule>['properties']; readonly probe: NamedProbe | undefined } | { readonly problem: Problem }

function ruleFor(listener: Listener, request: RuleRequest, place: RulePlace): Found {
  const idle = idleMinutes(listener)
  if (typeof idle !== 'number') return { problem: idle }
  const ports = portsOf(listener, request, place.family)
  if ('problem' in ports) return ports
  const check = probeFor(request.uid, listener, request.backends)
  if (check.kind === 'problem') return { problem: check.problem }
  const probe = check.kind === 'probe' ? check.probe : undefined
  const { settings, options } = request
  return {
    probe,
    rule: {
      frontendIPConfiguration: place.frontend,
      backendAddressPool: place.pool,
      backendAddressPools: [place.pool],
      probe: probe === undefined ? undefined : place.probe(probe.name),
      protocol: options.haPorts === true ? 'All' : listener.protocol === 'UDP' ? 'Udp' : 'Tcp',
      ...ports,
      enableFloatingIP: hasFloatingIp(request, place.family),
      enableTcpReset: listener.protocol !== 'UDP' && settings.tcpReset !== false,
      disableOutboundSnat: place.disableOutboundSnat,
      idleTimeoutInMinutes: idle,
      loadDistribution: settings.affinity.kind === 'client-ip' ? 'SourceIP' : 'Default',
    },
  }
}

type Ports = { readonly frontendPort: number; readonly backendPort: number } | { readonly problem: Problem }

function portsOf({ key, port }: Listener, request: RuleRequest, family: Family): Ports {
  if (request.options.haPorts === true) return { frontendPort: 0, backendPort: 0 }
  if (hasFloatingIp(request, family)) return { frontendPort: port, backendPort: port }
  const nodePort = request.backends.ports[key]?.nodePort
  if (nodePort !== undefined) return { frontendPort: port, backendPort: nodePort }
  const cause = request.options.disableFloatingIp === true ? `${FIELDS.disableFloatingIp} is set` : 'an internal IPv6 address has no floating IP'
  return {
    problem: {
      reason: 'Invalid',
      field: FIELDS.nodePorts,
      value: 'false',
      listener: key,
      wrong: `leaves ${key} without a node port, which it needs because ${cause}`,
      remedy: 'Let node ports be allocated.',
    },
  }
}

const [SHORTEST, LONGEST] = [4, 100]

/** Azure counts in minutes. */
function idleMinutes({ key, idleTimeoutSeconds }: Listener): number | Problem {
  if (idleTimeoutSeconds === undefined) return SHORTEST
  const minutes = idleTimeoutSeconds / 60
  if (Number.isInteger(minutes) && minutes >= SHORTEST && minutes <= LONGEST) return minutes
  return {
    reason: 'Invalid',
    field: FIELDS.idleTimeout,
    value: `${idleTimeoutSeconds}s`,
    listener: key,
    wrong: 'is not an idle timeout of Azure',
    allowed: `whole minutes from ${SHORTEST}m to ${LONGEST}m`,
  }
}
