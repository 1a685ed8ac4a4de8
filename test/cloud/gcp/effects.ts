/**
 * What is ours, as texts that do not depend on how it came to be: a forwarding rule cannot be changed, so that ports of one address may be in one rule or in two, and
 * one that a Service has no more is kept out by the firewall.
 */
import { compareText } from '../../../src/model/order.ts'
import type { CloudObject } from '../under-test.ts'
import { textOf } from '../world.ts'

/** What another writer keeps in our objects is not ours. */
const OF_OTHERS: ReadonlySet<string> = new Set(['failoverPolicy', 'namedPorts'])
/** What says which packets a rule takes. */
const MATCH = { IPProtocol: undefined, ports: undefined, portRange: undefined, allPorts: undefined }

export function effectsOf(objects: readonly CloudObject[]): readonly string[] {
  const of = (kind: string): readonly CloudObject[] => objects.filter((one) => one.kind === kind)
  const used = new Set(of('forwardingRules').map(({ settings }) => settings['IPAddress']))
  // An address that several rules have is reserved for them; with one rule it need not be.
  const rest = objects.filter(
    ({ kind, settings }) => kind !== 'forwardingRules' && !(kind === 'addresses' && settings['address'] !== undefined && used.has(settings['address'])),
  )
  return [...reached(of('forwardingRules'), of('firewalls')), ...rest.map(own).map(textOf)].map(withoutRule).toSorted()
}

/** Without instance groups of zones that have no nodes any more: they are kept, as nodes may come back. Which nodes get packets, `packetsThrough` says. */
export function withoutEmptied(objects: readonly CloudObject[]): readonly CloudObject[] {
  const emptied = new Set(objects.filter(({ kind, settings }) => kind === 'instanceGroups' && settings['members'] === undefined).map(({ id }) => id))
  const isLeft = (backend: unknown): boolean => !emptied.has((backend as { readonly group?: string }).group ?? '')
  return objects.flatMap((one) => {
    if (emptied.has(one.id)) return []
    const { backends } = one.settings
    return Array.isArray(backends)
      ? [{ ...one, settings: { ...one.settings, backends: backends.filter(isLeft).toSorted((a, b) => compareText(JSON.stringify(a), JSON.stringify(b))) } }]
      : [one]
  })
}

/**
 * Without rules that deny the rest: where a forwarding rule stays that takes in more than the Service has, there is one, and a fresh start needs none. Who is kept
 * out, `packetsThrough` says.
 */
export function withoutDenials(objects: readonly CloudObject[]): readonly CloudObject[] {
  return objects.filter(({ settings }) => settings['denied'] === undefined)
}

function own(object: CloudObject): CloudObject {
  // One backend service takes all protocols once it had two: which packets come, its rules say.
  const isOut = (name: string): boolean => OF_OTHERS.has(name) || (object.kind === 'backendServices' && name === 'protocol')
  const settings = Object.fromEntries(Object.entries(object.settings).filter(([name]) => !isOut(name)))
  return { ...object, tags: {}, settings }
}

/** One text for each address and backend service: which ports clients reach, past the firewall. */
function reached(rules: readonly CloudObject[], firewalls: readonly CloudObject[]): readonly string[] {
  const groups = Map.groupBy(rules, ({ settings }) => withoutRule(sorted({ ...settings, ...MATCH })))
  return [...groups].map(([text, some]) => {
    const open = openedAt(String(some[0]?.settings['IPAddress']), firewalls)
    return `forwardingRules ${[...open].filter((port) => some.some((rule) => forwards(rule, port))).join()} ${text}`
  })
}

/** An answer has members in the order in which they were written. */
function sorted(settings: CloudObject['settings']): string {
  return JSON.stringify(Object.fromEntries(Object.entries(settings).toSorted(([a], [b]) => (a < b ? -1 : 1))))
}

/** `80/TCP`, of all rules that allow something at an address. */
function openedAt(address: string, firewalls: readonly CloudObject[]): ReadonlySet<string> {
  const here = firewalls.filter(({ settings: { destinationRanges = [] } }) => (destinationRanges as readonly string[]).includes(address))
  const allowed = here.flatMap(({ settings }) => (settings['allowed'] ?? []) as readonly { readonly IPProtocol: string; readonly ports?: readonly string[] }[])
  return new Set(allowed.flatMap(({ IPProtocol, ports = [] }) => ports.flatMap(numbersIn).map((port) => `${port}/${IPProtocol.toUpperCase()}`)).toSorted())
}

function forwards({ settings: { IPProtocol, ports = [], portRange = [], allPorts } }: CloudObject, port: string): boolean {
  const [number, protocol] = port.split('/')
  if (IPProtocol !== protocol && IPProtocol !== 'L3_DEFAULT') return false
  return allPorts === true || [ports, portRange].flat().flatMap(numbersIn).includes(Number(number))
}

/** Of `80` and of `8000-8099`. */
function numbersIn(text: unknown): readonly number[] {
  const [from = 0, to = from] = String(text).split('-').map(Number)
  return Array.from({ length: to - from + 1 }, (_, i) => from + i)
}

/** An address that the cloud chose is called after what has it, and is there when the insert has ended. */
function withoutRule(text: string): string {
  return (
    text
      .replaceAll(/(?<=\(address of [^)]*)-[0-9a-f]{8}(?=\))/g, '')
      .replaceAll(/"(IPAddress|address)":"\(address of fairlead-[^)]*\)",?/g, '')
      // Off is what it is where nothing is said.
      .replaceAll(/"allowGlobalAccess":false,?/g, '')
      .replaceAll(/"networkPassThroughLbTrafficPolicy":\{"zonalAffinity":\{"spillover":"ZONAL_AFFINITY_DISABLED"\}\},?/g, '')
      .replaceAll(',}', '}')
  )
}
