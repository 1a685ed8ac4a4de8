/** All resources in one form, for tests that compare worlds. */
import { type Json, type JsonObject, isObject, objectAt, textAt } from '../schema/json.ts'
import { type Element, contentsOf, propertiesOf } from '../store/document.ts'
import type { Subscription } from '../store/subscription.ts'

export interface CloudObject {
  /** `loadBalancers`, `loadBalancers/loadBalancingRules` */
  readonly kind: string
  readonly id: string
  /** Of a part: with the names of what it stands in. */
  readonly name: string
  readonly tags: Readonly<Record<string, string>>
  /** Addresses that the cloud gave are replaced by the name of their resource, so that equal things read equal. */
  readonly settings: JsonObject
}

/** Without machines, and without the rules that every security group has. */
export function objectsOf(subscription: Subscription): readonly CloudObject[] {
  const names = givenAddresses(subscription)
  const documents = subscription.documents.all.filter(({ type }) => type.namespace === 'Microsoft.Network')
  const elements = documents
    .flatMap((one) => [...contentsOf(one).elements.values()])
    .filter(({ type }) => type.path !== 'networkSecurityGroups/defaultSecurityRules')
  return elements.map((one) => objectOf(one, names)).toSorted((a, b) => (`${a.kind} ${a.name}` < `${b.kind} ${b.name}` ? -1 : 1))
}

function objectOf(element: Element, names: ReadonlyMap<string, string>): CloudObject {
  const { id, type, document, body } = element
  const beside = Object.fromEntries(Object.keys(type.envelope).flatMap((name) => (name === 'tags' || body[name] === undefined ? [] : [[name, body[name]]])))
  const own = Object.entries(propertiesOf(element)).filter(([name]) => type.fields[name]?.kind !== 'children')
  return {
    kind: type.path,
    id,
    name: element.parent === undefined ? document.name : id.slice(document.id.length - document.name.length),
    tags: Object.fromEntries(Object.entries(objectAt(body, 'tags')).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []))),
    settings: renamed({ ...beside, ...Object.fromEntries(own) }, names) as JsonObject,
  }
}

function givenAddresses({ documents }: Subscription): ReadonlyMap<string, string> {
  const addresses = documents.all.filter(({ type }) => type.path === 'publicIPAddresses' || type.path === 'publicIPPrefixes')
  return new Map(addresses.map((one) => [textAt(propertiesOf(one), 'ipAddress') ?? textAt(propertiesOf(one), 'ipPrefix') ?? '', `(address of ${one.name})`]))
}

function renamed(value: Json, names: ReadonlyMap<string, string>): Json {
  if (typeof value === 'string') return names.get(value) ?? value
  if (Array.isArray(value)) return value.map((one: Json) => renamed(one, names))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).flatMap(([name, one]) => (one === undefined ? [] : [[name, renamed(one, names)]])))
}
