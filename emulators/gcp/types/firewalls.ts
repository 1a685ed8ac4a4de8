/** VPC firewall rules. */
import { type JsonObject, objectsAt, textAt, textsAt } from '../../cloud/json.ts'
import { canonicalCidr } from '../../cloud/networks.ts'
import { Refusal, invalid, required } from '../compute/refusal.ts'
import { flag, items, link, number, object, oneOf, text, texts } from '../schema/field.ts'
import type { Change, ResourceType } from '../store/resource-type.ts'
import { COLLECTIONS, countOf } from './common.ts'

const CASES = { IPProtocol: text({ isRequired: true }), ports: texts() }

export const FIREWALLS: ResourceType = {
  collection: COLLECTIONS.firewall,
  kind: 'firewall',
  service: 'firewalls',
  scope: 'global',
  fields: {
    description: text({ or: '' }),
    network: link([COLLECTIONS.network], { isFixed: true, isRequired: true }),
    direction: oneOf(['INGRESS', 'EGRESS'], { or: 'INGRESS', isFixed: true }),
    priority: number({ from: 0, to: 65_535, or: 1_000 }),
    allowed: items(CASES),
    denied: items(CASES),
    sourceRanges: texts(),
    destinationRanges: texts(),
    sourceTags: texts(),
    targetTags: texts(),
    sourceServiceAccounts: texts(),
    targetServiceAccounts: texts(),
    logConfig: object({ enable: flag({ or: false }), metadata: text() }, { or: { enable: false } }),
    disabled: flag({ or: false }),
  },
  methods: ['insert', 'delete', 'patch', 'update'],
  delay: 'firewall',
  checks: [checkAction, checkRanges, checkTargets],
  assign: ({ next }) => withLowerCase(isEverySource(next) ? { ...next, sourceRanges: ['0.0.0.0/0'] } : next),
  quota: ({ compute, project }) => ({
    metric: 'FIREWALLS',
    limit: compute.quotas.firewalls,
    used: countOf(compute, COLLECTIONS.firewall, { project }),
    where: 'globally',
  }),
}

/** "If both fields are not set, the firewall applies to traffic from any source": API comment of `sourceRanges`. */
function isEverySource(next: JsonObject): boolean {
  const isNamed = ['sourceRanges', 'sourceTags', 'sourceServiceAccounts'].some((name) => textsAt(next, name).length > 0)
  return textAt(next, 'direction') === 'INGRESS' && !isNamed
}

/** Protocols are shown in lower case, as recorded. */
function withLowerCase(next: JsonObject): JsonObject {
  const lowered = (name: string): JsonObject =>
    next[name] === undefined ? {} : { [name]: objectsAt(next, name).map((one) => ({ ...one, IPProtocol: textAt(one, 'IPProtocol')?.toLowerCase() })) }
  return { ...next, ...lowered('allowed'), ...lowered('denied') }
}

function checkAction({ next }: Change): void {
  const [allowed, denied] = [objectsAt(next, 'allowed'), objectsAt(next, 'denied')]
  if (allowed.length > 0 && denied.length > 0) throw new Refusal('invalid', "Only one of 'allowed' and 'denied' can be set.")
  if (allowed.length + denied.length === 0) throw required('allowed')
  for (const [at, one] of [...allowed, ...denied].entries()) checkPorts(one, at)
}

function checkPorts(one: JsonObject, at: number): void {
  const hasPorts = ['tcp', 'udp', 'sctp', '6', '17', '132'].includes(textAt(one, 'IPProtocol')?.toLowerCase() ?? '')
  for (const port of textsAt(one, 'ports')) {
    const [from = NaN, to = from] = port.split('-').map(Number)
    const isRange = /^\d+(-\d+)?$/.test(port) && from <= to && to <= 65_535
    if (!hasPorts || !isRange) throw invalid(`allowed[${at}].ports`, port, 'Must be a port or a range of ports of a protocol that has ports.')
  }
}

/** Host bits may be set; a range without a length is one address. */
function checkRanges({ next }: Change): void {
  for (const name of ['sourceRanges', 'destinationRanges']) {
    const families = new Set(textsAt(next, name).map((range) => checkRange(name, range)))
    if (families.size > 1) throw invalid(name, textsAt(next, name), 'A rule has IPv4 or IPv6 ranges, not both.')
  }
}

function checkRange(name: string, range: string): string {
  const family = range.includes(':') ? 'ipv6' : 'ipv4'
  const full = range.includes('/') ? range : `${range}/${family === 'ipv6' ? 128 : 32}`
  if (canonicalCidr(full, family) === undefined) throw invalid(name, range, 'Must be a valid CIDR address range.')
  return family
}

function checkTargets({ next }: Change): void {
  const names = (one: string, other: string): boolean => textsAt(next, one).length > 0 && textsAt(next, other).length > 0
  if (names('targetTags', 'targetServiceAccounts') || names('sourceTags', 'sourceServiceAccounts') || names('sourceTags', 'targetServiceAccounts')) {
    throw new Refusal('invalid', 'Tags and service accounts cannot be used in one rule.')
  }
  const many = textsAt(next, 'targetTags')
  if (many.length > 70) throw invalid('targetTags', many.length, 'At most 70 are allowed.')
}
