/** What Azure refuses about load-balancing, NAT and outbound rules and about probes. */
import { Refusal } from '../../arm/refusal.ts'
import { keyOf } from '../../schema/ids.ts'
import { idsAt, numberAt, textAt } from '../../schema/json.ts'
import type { Change, Check } from '../../store/resource-type.ts'
import { type Forwarding, forwardingOf, isInternal, partsOf, rulesOf } from './parts.ts'

const MAX_PORT = 65_535

function checkPort(name: string, port: { readonly of: string; readonly value: number; readonly lowest: number; readonly highest?: number }): void {
  const { of, value, lowest, highest = MAX_PORT } = port
  if (value >= lowest && value <= highest) return
  throw new Refusal('PortValueIsOutOfRange', `Resource ${name} has invalid value of ${of} (${value}). The value must be between ${lowest} and ${highest}.`)
}

const portsFit: Check = ({ next }) => {
  for (const { name, protocol, frontendPort, backendPort } of rulesOf(next)) {
    const lowest = protocol === 'All' ? 0 : 1
    checkPort(name, { of: 'FrontendPort', value: frontendPort, lowest, highest: 65_534 })
    checkPort(name, { of: 'BackendPort', value: backendPort, lowest })
  }
  for (const one of partsOf(next, 'inboundNatRules')) {
    const { name, backendPort, frontendPort } = forwardingOf(one)
    checkPort(name, { of: 'BackendPort', value: backendPort, lowest: 1 })
    if (one.properties['frontendPortRangeStart'] === undefined) checkPort(name, { of: 'FrontendPort', value: frontendPort, lowest: 1, highest: 65_534 })
  }
  for (const one of partsOf(next, 'inboundNatPools')) checkPort(one.name, { of: 'BackendPort', value: forwardingOf(one).backendPort, lowest: 1 })
}

/** Minutes, since rules of the Standard SKU. */
const [SHORTEST_IDLE, LONGEST_IDLE] = [4, 100]

const timeoutsFit: Check = ({ next }) => {
  for (const { name, properties } of [...partsOf(next, 'loadBalancingRules'), ...partsOf(next, 'inboundNatRules')]) {
    const minutes = numberAt(properties, 'idleTimeoutInMinutes') ?? SHORTEST_IDLE
    if (minutes >= SHORTEST_IDLE && minutes <= LONGEST_IDLE) continue
    throw new Refusal('RuleIdleTimeoutIsOutOfRange', `Rule ${name} has invalid Idle Timeout. The value must be between ${SHORTEST_IDLE} and ${LONGEST_IDLE}.`)
  }
}

/** A rule for all ports names none, and is for internal frontends. */
const allPortsFit: Check = ({ next, id }) => {
  const internal = new Set(
    partsOf(next, 'frontendIPConfigurations')
      .filter(isInternal)
      .map(({ name }) => keyOf(`${id}/frontendIPConfigurations/${name}`)),
  )
  for (const { name, protocol, frontendPort, backendPort, frontend } of rulesOf(next)) {
    if (protocol !== 'All') continue
    if (frontendPort !== 0 || backendPort !== 0) {
      throw new Refusal(
        'LoadBalancingRuleWithAllProtocolMustUseAllPorts',
        `Load balancing rule ${id}/loadBalancingRules/${name} has the protocol All, and must have 0 as its frontend port and backend port.`,
      )
    }
    if (!internal.has(keyOf(frontend))) {
      throw new Refusal(
        'LoadBalancingRuleWithAllPortsNotSupportedForPublicFrontend',
        `Load balancing rule ${id}/loadBalancingRules/${name} is for all ports, which only internal load balancers support.`,
      )
    }
  }
}

const isSame = (a: string, b: string): boolean => keyOf(a) === keyOf(b)
const overlaps = (a: string, b: string): boolean => a === b || a === 'All' || b === 'All'

/** Two rules must not want the same port: of the same frontend, or, without floating IP, of the same members. */
const portsDoNotClash: Check = (change) => {
  const seen = new Map<string, Forwarding[]>()
  for (const rule of rulesOf(change.next)) {
    for (const place of placesOf(rule)) {
      for (const other of place.meets.flatMap((one) => seen.get(one) ?? [])) checkPair(change, rule, other)
      const there = seen.get(place.own) ?? []
      if (there.length === 0) seen.set(place.own, there)
      there.push(rule)
    }
  }
}

interface PortPlace {
  readonly own: string
  /** Rules at these places could clash with one here. */
  readonly meets: readonly string[]
}

/** With floating IP the frontends keep rules for one port of the members apart. */
function placesOf({ frontend, frontendPort, backendPort, pools, isFloating }: Forwarding): readonly PortPlace[] {
  const atFrontend = `${keyOf(frontend)} ${frontendPort}`
  const behind = pools.flatMap((pool): readonly PortPlace[] => {
    const port = `${keyOf(pool)} ${backendPort}`
    const [plain, floating, own] = [`plain ${port}`, `floating ${port}`, `floating ${port} ${keyOf(frontend)}`]
    return isFloating
      ? [
          { own: floating, meets: [plain] },
          { own, meets: [own] },
        ]
      : [{ own: plain, meets: [plain, floating] }]
  })
  return [...behind, { own: atFrontend, meets: [atFrontend] }]
}

function checkPair({ id }: Change, rule: Forwarding, other: Forwarding): void {
  if (!overlaps(rule.protocol, other.protocol)) return
  const names = `${id}/loadBalancingRules/${other.name} and ${id}/loadBalancingRules/${rule.name}`
  const pool = rule.pools.find((one) => other.pools.some((two) => isSame(one, two)))
  const isOneFrontend = isSame(rule.frontend, other.frontend)
  if (pool !== undefined && rule.backendPort === other.backendPort && !(rule.isFloating && other.isFloating)) {
    throw new Refusal(
      'RulesUseSameBackendPortProtocolAndPool',
      `Load balancing rules ${names} with floating IP disabled use the same protocol ${rule.protocol} and backend port ${rule.backendPort}, and must not be used with the same backend address pool ${pool}.`,
    )
  }
  if (pool !== undefined && isOneFrontend && rule.backendPort === other.backendPort) {
    throw new Refusal(
      'RulesUseSameBackendPortProtocolAndPoolAndFrontendIPWithFloatingIPEnabled',
      `Load balancing rules ${names} with floating IP enabled use the same protocol ${rule.protocol} and backend port ${rule.backendPort} and frontend IP ${rule.frontend}, and must not be used with the same backend address pool ${pool}.`,
    )
  }
  if (isOneFrontend && rule.frontendPort === other.frontendPort) {
    throw new Refusal(
      'RulesUseSameFrontendPortAndProtocol',
      `Rules ${names} use the same protocol ${rule.protocol} and frontend port ${rule.frontendPort} of the frontend ${rule.frontend}.`,
    )
  }
}

/** NAT rules and the ranges of NAT pools take ports of a frontend too. */
const natPortsDoNotClash: Check = ({ next, id }) => {
  const ranges = [...partsOf(next, 'inboundNatRules'), ...partsOf(next, 'inboundNatPools')].map(rangeOf)
  const rules = rulesOf(next).map((rule) => ({ ...rule, from: rule.frontendPort, to: rule.frontendPort }))
  for (const [at, range] of ranges.entries()) {
    const other = [...rules, ...ranges.slice(0, at)].find(
      (one) => isSame(one.frontend, range.frontend) && overlaps(one.protocol, range.protocol) && one.from <= range.to && one.to >= range.from,
    )
    if (other !== undefined) {
      throw new Refusal(
        'RulesUseSameFrontendPortAndProtocol',
        `${other.name} and ${range.name} of ${id} use the same protocol and frontend port of the frontend ${range.frontend}.`,
      )
    }
  }
}

function rangeOf(one: Parameters<typeof forwardingOf>[0]): Forwarding & { readonly from: number; readonly to: number } {
  const forwarding = forwardingOf(one)
  const from = numberAt(one.properties, 'frontendPortRangeStart') ?? forwarding.frontendPort
  return { ...forwarding, from, to: numberAt(one.properties, 'frontendPortRangeEnd') ?? from }
}

const outboundRulesFit: Check = ({ next, id, subscription }) => {
  const outbound = partsOf(next, 'outboundRules')
  const most = subscription.quotas.outboundRulesPerLoadBalancer
  if (outbound.length > most)
    throw new Refusal('LoadBalancerOutboundRuleCountLimitReached', `Load balancer ${id} has ${outbound.length} outbound rules, and may have ${most}.`)
  const used = new Map(
    outbound.flatMap(({ name, properties }) => idsAt(properties, 'frontendIPConfigurations').map((frontend) => [keyOf(frontend), name] as const)),
  )
  const rule = rulesOf(next).find(({ frontend, properties }) => used.has(keyOf(frontend)) && properties['disableOutboundSnat'] !== true)
  if (rule === undefined) return
  throw new Refusal(
    'LoadBalancingRuleMustDisableSNATSinceSameFrontendIPConfigurationIsReferencedByOutboundRule',
    `Load balancing rule ${id}/loadBalancingRules/${rule.name} must disable SNAT, since its frontend IP configuration is referenced by outbound rule ${used.get(keyOf(rule.frontend))}.`,
  )
}

const [SHORTEST_INTERVAL, LONGEST_INTERVAL] = [5, 2_147_483_646]

const probesFit: Check = ({ next, id }) => {
  for (const { name, properties } of partsOf(next, 'probes')) {
    const interval = numberAt(properties, 'intervalInSeconds') ?? SHORTEST_INTERVAL
    if (interval < SHORTEST_INTERVAL || interval > LONGEST_INTERVAL) {
      throw new Refusal('ProbeIntervalIsOutOfRange', `Probe Interval for probe ${name} must be between ${SHORTEST_INTERVAL} and ${LONGEST_INTERVAL}.`)
    }
    const [count, most] = [numberAt(properties, 'numberOfProbes') ?? 1, Math.floor((LONGEST_INTERVAL + 1) / interval)]
    if (count < 1 || count > most) {
      throw new Refusal(
        'NumberOfProbesIsOutOfRange',
        `NumberOfProbes value for probe ${name} is out of range. When IntervalInSeconds is ${interval}, the value must be between 1 and ${most}.`,
      )
    }
    checkPort(name, { of: 'Port', value: numberAt(properties, 'port') ?? 0, lowest: 1 })
    const path = textAt(properties, 'requestPath')
    if (textAt(properties, 'protocol') === 'Tcp' && path !== undefined) {
      throw new Refusal('ProbeRequestPathIsNotNull', `Request path for probe ${id}/probes/${name} must be null when its protocol is Tcp.`)
    }
  }
}

const countsFit: Check = ({ next, id, subscription }) => {
  const most = subscription.quotas.rulesPerLoadBalancer
  const count = partsOf(next, 'loadBalancingRules').length + partsOf(next, 'inboundNatRules').length
  if (count > most) throw new Refusal('LoadBalancerRuleCountLimitReached', `Load balancer ${id} has ${count} rules, and may have ${most}.`)
}

export const RULE_CHECKS: readonly Check[] = [portsFit, timeoutsFit, allPortsFit, portsDoNotClash, natPortsDoNotClash, outboundRulesFit, probesFit, countsFit]
