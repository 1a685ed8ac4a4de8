/** All resources in one form, for tests that compare worlds. */
import { familyOf } from '../../cloud/networks.ts'
import { type Json, type JsonObject, isObject, textAt } from '../../cloud/json.ts'
import type { Compute } from '../store/compute.ts'
import { COLLECTIONS } from '../types/common.ts'
import { literalOf } from '../types/ip-addresses.ts'

export interface CloudObject {
  /** `forwardingRules` */
  readonly kind: string
  /** `projects/P/regions/R/forwardingRules/F` */
  readonly id: string
  readonly name: string
  readonly labels: JsonObject
  /** Of a group. */
  readonly members: readonly JsonObject[]
  /** Addresses that the cloud gave are replaced by the name of their resource, so that equal things read equal. */
  readonly settings: JsonObject
}

/** Without machines. */
export function objectsOf({ resources }: Compute): readonly CloudObject[] {
  const names = givenAddresses(resources.all)
  const shown = resources.all.filter(({ type }) => type.collection !== COLLECTIONS.instance)
  return shown
    .map(({ type, path, name, labels, members, body }) => ({
      kind: type.collection,
      id: path,
      name,
      labels,
      members: members.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
      settings: renamed(body, names) as JsonObject,
    }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

/** Of those with the same address, a reservation names it; otherwise the first rule. */
function givenAddresses(all: Compute['resources']['all']): ReadonlyMap<string, string> {
  const of = (collection: string, member: string): readonly (readonly [string, string])[] =>
    all
      .filter(({ type }) => type.collection === collection)
      .toSorted((a, b) => (a.path < b.path ? 1 : -1))
      .flatMap(({ name, body }) => {
        const address = textAt(body, member)
        return address === undefined ? [] : [[literalOf(address), `(address of ${name})`] as const]
      })
  return new Map([...of(COLLECTIONS.rule, 'IPAddress'), ...of(COLLECTIONS.address, 'address')])
}

function renamed(value: Json, names: ReadonlyMap<string, string>): Json {
  if (typeof value === 'string') return familyOf(value.split('/')[0] ?? '') === undefined ? value : (names.get(literalOf(value)) ?? value)
  if (Array.isArray(value)) return value.map((one: Json) => renamed(one, names))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).flatMap(([name, one]) => (one === undefined ? [] : [[name, renamed(one, names)]])))
}
