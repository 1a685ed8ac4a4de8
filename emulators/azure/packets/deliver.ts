/** Walks a packet from a client to a pod: the name, the frontend, its rule, the members' health and firewall, and what runs there. */
import { canonicalAddress, familyOf, isPrivate } from '../../cloud/networks.ts'
import type { Delivery, Sent } from '../../cloud/packets.ts'
import { type Rotation, chosenFor } from '../../cloud/rotation.ts'
import { keyOf } from '../schema/ids.ts'
import { type JsonObject, idAt, objectAt, textAt } from '../schema/json.ts'
import { type Document, type Element, contentsOf, propertiesOf } from '../store/document.ts'
import { stateOf } from '../store/state.ts'
import type { Subscription } from '../store/subscription.ts'
import { PATHS } from '../types/common.ts'
import { type Forwarding, isInternal, rulesOf } from '../types/load-balancers/parts.ts'
import { stoppedBy } from './firewall.ts'
import { type MemberHealth, memberHealth } from './health.ts'

export function deliver(subscription: Subscription, rotation: Rotation, sent: Sent): Delivery {
  subscription.operations.settle()
  const to = familyOf(sent.to) === undefined ? resolve(subscription, sent.to) : canonicalAddress(sent.to)
  if (to === undefined) return { at: 'dns', dropped: `${sent.to} does not resolve` }
  const frontend = frontendAt(subscription, to)
  if (frontend === undefined) return { at: 'route', dropped: `no load balancer has the address ${to}` }
  const isInside = isInternal({ name: '', properties: propertiesOf(frontend) })
  if (isInside && !isPrivate(sent.from)) return { at: 'route', dropped: `${frontend.id} is internal, and ${sent.from} is outside` }
  if (stateOf(subscription, frontend) === 'Failed') return { at: 'provisioning', dropped: `${frontend.document.name} is in the state Failed` }
  const rule = ruleFor(frontend, sent)
  if (rule === undefined) return { at: 'listener', dropped: `${frontend.document.name} has no rule for ${to} on ${sent.port}/${sent.protocol}` }
  return forward(subscription, rotation, { frontend, rule, sent: { ...sent, to } })
}

/** The public address of a DNS label. */
function resolve({ documents }: Subscription, name: string): string | undefined {
  const addresses = documents.all.filter(({ type }) => type.path === PATHS.address)
  const found = addresses.find((one) => textAt(objectAt(propertiesOf(one), 'dnsSettings'), 'fqdn') === name.toLowerCase())
  return found === undefined ? undefined : textAt(propertiesOf(found), 'ipAddress')
}

/** By the public address that it names, or by its own. */
function frontendAt({ documents }: Subscription, address: string): Element | undefined {
  const isIt = (of: JsonObject, name: string): boolean => {
    const own = textAt(of, name)
    return own !== undefined && canonicalAddress(own) === address
  }
  const all = documents.all
  const publicAddress = all.find((one) => one.type.path === PATHS.address && isIt(propertiesOf(one), 'ipAddress'))
  if (publicAddress !== undefined) return documents.users(publicAddress.id).find(({ by }) => by.type.path === PATHS.frontend)?.by
  const frontends = all.flatMap((one) => (one.type.path === 'loadBalancers' ? routesOf(one).internal : []))
  return frontends.find((one) => isIt(propertiesOf(one), 'privateIPAddress'))
}

interface Rule extends Forwarding {
  readonly id: string
}

interface Routes {
  /** Frontends inside a virtual network. */
  readonly internal: readonly Element[]
  /** By key of the frontend. */
  readonly rules: ReadonlyMap<string, readonly Rule[]>
}

const known = new WeakMap<Document, Routes>()

/** A document is never changed in place, so that this is worked out once for each. */
function routesOf(document: Document): Routes {
  const before = known.get(document)
  if (before !== undefined) return before
  const { elements } = contentsOf(document)
  const rules = rulesOf(document.body).map((rule) => ({ id: `${document.id}/loadBalancingRules/${rule.name}`, ...rule }))
  const routes = {
    internal: [...elements.values()].filter((one) => one.type.path === PATHS.frontend && isInternal({ name: '', properties: propertiesOf(one) })),
    rules: Map.groupBy(rules, ({ frontend }) => keyOf(frontend)),
  }
  known.set(document, routes)
  return routes
}

/** A rule for all ports comes after one for this port. */
function ruleFor({ id, document }: Element, { port, protocol }: Sent): Rule | undefined {
  const rules = routesOf(document).rules.get(keyOf(id)) ?? []
  const carries = (rule: Rule): boolean => rule.protocol === 'All' || rule.protocol.toUpperCase() === protocol
  return rules.find((rule) => carries(rule) && rule.frontendPort === port) ?? rules.find((rule) => carries(rule) && rule.frontendPort === 0)
}

interface Journey {
  readonly frontend: Element
  readonly rule: Rule
  readonly sent: Sent
}

function forward(subscription: Subscription, rotation: Rotation, journey: Journey): Delivery {
  const { rule, sent, frontend } = journey
  const member = choose(subscription, rotation, journey)
  if (typeof member === 'string') return { at: 'health', dropped: member }
  const port = rule.backendPort === 0 ? sent.port : rule.backendPort
  const arrival = { from: sent.from, to: rule.isFloating ? sent.to : member.address, port, protocol: sent.protocol }
  const stopped = stoppedBy(subscription, member, arrival)
  if (stopped !== undefined) return { at: 'target firewall', dropped: `${stopped} stops ${sent.from} at ${arrival.to} on ${port}/${sent.protocol}` }
  if (sent.from === member.address) return { at: 'target', dropped: `${member.address} sends to itself through ${frontend.document.name}` }
  const backend = rotation.next(`${rule.id} ${member.address}`, backendsAt(subscription, member, { ...arrival, isFloating: rule.isFloating }))
  if (backend === undefined) return { at: 'target', dropped: noAnswer(member, { ...arrival, isFloating: rule.isFloating }) }
  return { backend, via: [frontend.document.id, `${member.address}:${port}`] }
}

function choose(subscription: Subscription, rotation: Rotation, { rule, sent }: Journey): MemberHealth | string {
  const members = memberHealth(subscription, rule.id).filter(({ address }) => familyOf(address) === familyOf(sent.to))
  if (members.length === 0) return `${rule.name} has no members`
  const healthy = members.filter(({ isHealthy }) => isHealthy)
  const usable = healthy.length > 0 ? healthy : failsOpen(subscription, rule) ? members.filter(({ isForced }) => isForced !== 'down') : []
  const isSticky = textAt(rule.properties, 'loadDistribution') !== 'Default'
  const member = isSticky ? chosenFor(sent.from, usable) : rotation.next(rule.id, usable)
  return member ?? `no member of ${rule.name} is healthy`
}

function failsOpen({ documents }: Subscription, { properties }: Rule): boolean {
  const probe = documents.element(idAt(properties, 'probe') ?? '')
  return probe !== undefined && textAt(propertiesOf(probe), 'noHealthyBackendsBehavior') === 'AllProbedUp'
}

interface At {
  readonly to: string
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
  readonly isFloating: boolean
}

/** With floating IP the machine has to know the address on the packet; otherwise a port of its own, or a pod that is the member itself. */
function backendsAt({ machines }: Subscription, { address }: MemberHealth, { to, port, protocol, isFloating }: At): readonly string[] {
  const instance = { id: '', privateIp: address }
  const own = isFloating ? undefined : machines.podAt(address, port)
  if (own !== undefined) return [own]
  const opened = isFloating ? machines.publishedPort(instance, { address: to, port, protocol }) : machines.nodePort(instance, port, protocol)
  return (opened?.to ?? []).flatMap((one) => machines.podAt(one.ip, one.port) ?? [])
}

function noAnswer({ address }: MemberHealth, { to, port, protocol, isFloating }: At): string {
  return isFloating ? `${address} does not know the address ${to} on ${port}/${protocol}` : `nothing answers at ${address} on ${port}/${protocol}`
}
