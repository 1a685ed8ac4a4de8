/** Walks a packet from a client to a pod: the address, the forwarding rule, the backends' health, the firewall, and what runs on the machine. */
import { objectAt, textAt } from '../../cloud/json.ts'
import { canonicalAddress, familyOf, isPrivate, isWithin } from '../../cloud/networks.ts'
import type { Delivery, Sent } from '../../cloud/packets.ts'
import { type Rotation, chosenFor } from '../../cloud/rotation.ts'
import { type Compute, settle } from '../store/compute.ts'
import { keysOf } from '../store/machines.ts'
import type { Resource } from '../store/resource-type.ts'
import { zonalAffinityOf } from '../types/backend-services.ts'
import { COLLECTIONS } from '../types/common.ts'
import { isInternalRule, isPassthrough, portsOf } from '../types/forwarding-rules/fields.ts'
import { instanceAt, rulesAt } from '../types/ip-addresses.ts'
import { stoppedBy } from './firewall.ts'
import { type BackendHealth, backendHealth } from './health.ts'

export function deliver(compute: Compute, rotation: Rotation, sent: Sent): Delivery {
  settle(compute)
  if (familyOf(sent.to) === undefined) return { at: 'dns', dropped: `${sent.to} does not resolve` }
  const to = canonicalAddress(sent.to)
  const rules = rulesWith(compute, to).filter(({ isReady }) => isReady)
  if (rules.length === 0) return { at: 'route', dropped: `no forwarding rule has the address ${to}` }
  const rule = ruleFor(rules, sent)
  if (rule === undefined) return { at: 'listener', dropped: `no forwarding rule of ${to} is for ${sent.port}/${sent.protocol}` }
  if (isInternalRule(rule.body) && !isPrivate(sent.from)) return { at: 'route', dropped: `${rule.name} is internal, and ${sent.from} is outside` }
  return forward(compute, rotation, { rule, sent: { ...sent, to } })
}

/** An IPv6 rule has a network of 96 bits. */
function rulesWith(compute: Compute, address: string): readonly Resource[] {
  if (familyOf(address) === 'ipv4') return rulesAt(compute, address)
  const isIn = (range: string): boolean => range.includes(':') && isWithin(address, range)
  return compute.resources.in(COLLECTIONS.rule).filter(({ body }) => isIn(textAt(body, 'IPAddress') ?? ''))
}

/** One for this protocol comes before one for all of them, and of those the one with the fewest ports. */
function ruleFor(rules: readonly Resource[], { port, protocol }: Sent): Resource | undefined {
  const fits = ({ body }: Resource): boolean => isPassthrough(body) && portsOf(body).some(({ from, to }) => port >= from && port <= to)
  const width = ({ body }: Resource): number => portsOf(body).reduce((sum, { from, to }) => sum + to - from + 1, 0)
  const fitting = rules.filter(fits).toSorted((a, b) => width(a) - width(b))
  return fitting.find(({ body }) => textAt(body, 'IPProtocol') === protocol) ?? fitting.find(({ body }) => textAt(body, 'IPProtocol') === 'L3_DEFAULT')
}

interface Journey {
  readonly rule: Resource
  readonly sent: Sent
}

/** The packet keeps its addresses and its port all the way. */
function forward(compute: Compute, rotation: Rotation, { rule, sent }: Journey): Delivery {
  const all = backendHealth(compute, rule)
  // A backend that asks for its own load balancer is answered on itself.
  const own = all.find(({ privateIp }) => privateIp === sent.from)
  const backend = own ?? choose(compute, rotation, { rule, sent, all })
  if (typeof backend === 'string') return { at: 'health', dropped: backend }
  const { instance, privateIp } = backend
  const stopped = own === undefined ? stoppedBy(compute, instance, sent) : undefined
  const place = `${sent.to} on ${sent.port}/${sent.protocol}`
  if (stopped !== undefined) return { at: 'target firewall', dropped: `${stopped} stops ${sent.from} at ${place}` }
  const opened = compute.machines.publishedPort(keysOf(instance.path, privateIp), { address: sent.to, port: sent.port, protocol: sent.protocol })
  const pods = (opened?.to ?? []).flatMap((one) => compute.machines.podAt(one.ip, one.port) ?? [])
  const pod = rotation.next(`${rule.path} ${instance.path}`, pods)
  if (pod === undefined) return { at: 'target', dropped: `${instance.name} does not answer for ${place}` }
  return { backend: pod, via: [rule.path, `${privateIp}:${sent.port}`] }
}

interface Choice extends Journey {
  readonly all: readonly BackendHealth[]
}

/** Without any healthy one all are taken, unless the service says that traffic is then dropped. */
function choose(compute: Compute, rotation: Rotation, { rule, sent, all }: Choice): BackendHealth | string {
  const service = compute.resources.get(textAt(rule.body, 'backendService') ?? '')
  if (service?.isReady !== true || all.length === 0) return `${rule.name} has no backends`
  const near = inReach(compute, service, sent, all)
  const healthy = near.filter(({ isHealthy }) => isHealthy)
  const drops = objectAt(service.body, 'failoverPolicy')['dropTrafficIfUnhealthy'] === true
  const usable = healthy.length > 0 || drops ? healthy : near
  const isSticky = textAt(service.body, 'sessionAffinity') !== 'NONE'
  return (isSticky ? chosenFor(sent.from, usable) : rotation.next(rule.path, usable)) ?? `no backend of ${service.name} is healthy`
}

/** Of the client's zone, with zonal affinity and as long as enough of them are healthy. A client that is no machine of the region has no zone. */
function inReach(compute: Compute, service: Resource, { from }: Sent, all: readonly BackendHealth[]): readonly BackendHealth[] {
  const { spillover = 'ZONAL_AFFINITY_DISABLED', spilloverRatio = 0 } = zonalAffinityOf(service.body)
  if (spillover === 'ZONAL_AFFINITY_DISABLED') return all
  const client = instanceAt(compute, from)
  const own = all.filter(({ instance }) => instance.scope === client?.scope)
  if (own.length === 0) return all
  const healthy = own.filter(({ isHealthy }) => isHealthy).length
  const stays = spillover === 'ZONAL_AFFINITY_STAY_WITHIN_ZONE' || (healthy > 0 && healthy / own.length >= Number(spilloverRatio))
  return stays ? own : all
}
