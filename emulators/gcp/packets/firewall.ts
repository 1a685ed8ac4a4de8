/** What the VPC firewall lets through to an instance: rules by priority, a denial before an allowance of the same one, and nothing else. */
import { type JsonObject, numberAt, objectAt, objectsAt, textAt, textsAt } from '../../cloud/json.ts'
import { familyOf, isWithin } from '../../cloud/networks.ts'
import { rangeOf } from '../types/forwarding-rules/fields.ts'
import type { Compute } from '../store/compute.ts'
import type { Resource } from '../store/resource-type.ts'
import type { Resources } from '../store/resources.ts'
import { COLLECTIONS, interfaceOf } from '../types/common.ts'
import { instanceAt } from '../types/ip-addresses.ts'

export interface Arrival {
  readonly from: string
  /** The address on the packet: that of the load balancer. */
  readonly to: string
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
}

/** What stops it: the name of a rule, or that there is none for it. Undefined: it comes through. */
export function stoppedBy(compute: Compute, instance: Resource, arrival: Arrival): string | undefined {
  const rule = rulesFor(compute, instance).find(({ body }) => matches(compute, body, arrival))
  if (rule === undefined) return 'the implied rule that denies ingress'
  return objectsAt(rule.body, 'denied').length > 0 ? rule.name : undefined
}

const known = new WeakMap<Resources, { readonly changes: number; readonly byNetwork: ReadonlyMap<string, readonly Resource[]> }>()

/** Ingress rules of a network in their order; worked out once for many packets. */
function ordered({ resources }: Compute, network: string): readonly Resource[] {
  const before = known.get(resources)
  const rank = ({ body }: Resource): number => (numberAt(body, 'priority') ?? 1_000) * 2 + (objectsAt(body, 'denied').length > 0 ? 0 : 1)
  const index =
    before?.changes === resources.changes
      ? before
      : {
          changes: resources.changes,
          byNetwork: Map.groupBy(
            resources
              .in(COLLECTIONS.firewall)
              .filter(({ body, isReady }) => isReady && body['disabled'] !== true && textAt(body, 'direction') === 'INGRESS')
              .toSorted((a, b) => rank(a) - rank(b)),
            ({ body }) => textAt(body, 'network') ?? '',
          ),
        }
  known.set(resources, index)
  return index.byNetwork.get(network) ?? []
}

function rulesFor(compute: Compute, instance: Resource): readonly Resource[] {
  return ordered(compute, textAt(interfaceOf(instance), 'network') ?? '').filter(({ body }) => isAimedAt(body, instance))
}

/** By tags, by service account, or at all instances of the network. */
function isAimedAt(rule: JsonObject, { body }: Resource): boolean {
  const [tags, accounts] = [textsAt(rule, 'targetTags'), textsAt(rule, 'targetServiceAccounts')]
  if (tags.length > 0) return textsAt(objectAt(body, 'tags'), 'items').some((tag) => tags.includes(tag))
  return accounts.length === 0 || objectsAt(body, 'serviceAccounts').some((one) => accounts.includes(textAt(one, 'email') ?? ''))
}

function matches(compute: Compute, rule: JsonObject, arrival: Arrival): boolean {
  const destinations = textsAt(rule, 'destinationRanges')
  const isForPort = [...objectsAt(rule, 'allowed'), ...objectsAt(rule, 'denied')].some((one) => carries(one, arrival))
  return isForPort && isFrom(compute, rule, arrival.from) && (destinations.length === 0 || destinations.some((range) => covers(range, arrival.to)))
}

const NUMBERS: Readonly<Record<string, string>> = { '6': 'tcp', '17': 'udp' }

function carries(one: JsonObject, { port, protocol }: Arrival): boolean {
  const named = textAt(one, 'IPProtocol') ?? ''
  const ports = textsAt(one, 'ports').map(rangeOf)
  if (named !== 'all' && (NUMBERS[named] ?? named) !== protocol.toLowerCase()) return false
  return ports.length === 0 || ports.some(({ from, to }) => port >= from && port <= to)
}

/** Ranges, and tags or accounts of an instance in the network: one of them is enough. */
function isFrom(compute: Compute, rule: JsonObject, from: string): boolean {
  if (textsAt(rule, 'sourceRanges').some((range) => covers(range, from))) return true
  const sender = instanceAt(compute, from)
  if (sender === undefined) return false
  const tags = new Set(textsAt(objectAt(sender.body, 'tags'), 'items'))
  const accounts = new Set(objectsAt(sender.body, 'serviceAccounts').map((one) => textAt(one, 'email')))
  return textsAt(rule, 'sourceTags').some((tag) => tags.has(tag)) || textsAt(rule, 'sourceServiceAccounts').some((one) => accounts.has(one))
}

function covers(range: string, address: string): boolean {
  const family = range.includes(':') ? 'ipv6' : 'ipv4'
  if (familyOf(address) !== family) return false
  return isWithin(address, range.includes('/') ? range : `${range}/${family === 'ipv6' ? 128 : 32}`)
}
