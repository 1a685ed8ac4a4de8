/** What a wish asks of the load balancer as a whole, and what several that share one ask of it together. Only what is said counts: a default stands back. */
import { isDeepStrictEqual } from 'node:util'
import type { Problem } from '../../../src/model/problem.ts'
import { type Owner, ownerName } from '../../../src/model/owner.ts'
import { FIELDS } from '../fields.ts'
import type { Attributes } from './attributes.ts'
import { balancerAttributes } from './wished-attributes.ts'
import type { Want } from './cast.ts'

export type Groups =
  | { readonly kind: 'ours' }
  | { readonly kind: 'own'; readonly ids: readonly string[]; readonly backend: boolean }
  | { readonly kind: 'none' }

export interface EdgeWish {
  readonly scheme?: 'internal' | 'internet-facing'
  readonly name?: string
  readonly subnets?: readonly string[]
  readonly addressNames?: readonly string[]
  readonly privateIpv4Addresses?: readonly string[]
  readonly ipv6Addresses?: readonly string[]
  readonly ipAddressType?: 'ipv4' | 'dualstack'
  readonly ipv6SourceNat?: boolean
  /** Always said: a load balancer that one of its Services shuts off shall not be opened by another. */
  readonly securityGroups: Groups
  readonly privateLinkRules?: boolean
  readonly capacityUnits?: number
  /** ARN of the load balancer that serves, and no other. */
  readonly adopt?: string
}

export interface Edge extends EdgeWish {
  readonly attributes: Attributes
  readonly tags: Attributes
  /** Where nobody says: of the first member's default. */
  readonly defaultScheme: 'internal' | 'internet-facing'
  /** Both families are wished for, one will do. */
  readonly prefersDualStack: boolean
  readonly hasDatagrams: boolean
}

export function edgeOf({ want }: Want): Edge {
  const { settings, options } = want
  const listed = <T>(list: readonly T[] | undefined): readonly T[] | undefined => (list === undefined || list.length === 0 ? undefined : list)
  const needsSix = settings.families.includes('IPv6') && (settings.needsAllFamilies || settings.families.length === 1)
  return {
    ...defined({
      scheme: settings.schemeIsExplicit ? settings.scheme : undefined,
      name: settings.name,
      subnets: listed(settings.subnets),
      addressNames: listed(settings.addressNames),
      privateIpv4Addresses: listed(options.privateIpv4Addresses),
      ipv6Addresses: listed(options.ipv6Addresses),
      ipAddressType: options.ipAddressType ?? (needsSix ? 'dualstack' : undefined),
      ipv6SourceNat: options.ipv6SourceNat,
      privateLinkRules: options.privateLinkRules,
      capacityUnits: options.capacityUnits === 0 ? undefined : options.capacityUnits,
      adopt: settings.adopt,
    }),
    securityGroups: groupsOf(want),
    attributes: balancerAttributes(want),
    tags: settings.tags,
    defaultScheme: settings.scheme,
    prefersDualStack: settings.families.length > 1 && !settings.needsAllFamilies && options.ipAddressType === undefined,
    hasDatagrams: settings.listeners.some(({ protocol }) => protocol === 'UDP'),
  }
}

function groupsOf({ settings: { securityGroups }, options }: Want['want']): Groups {
  if (options.noSecurityGroups === true) return { kind: 'none' }
  return securityGroups.length === 0 ? { kind: 'ours' } : { kind: 'own', ids: securityGroups.toSorted(), backend: options.manageBackendRules === true }
}

export interface Together {
  readonly edge: Edge
  /** Who said each word first. */
  readonly sayings: ReadonlyMap<string, Owner>
}

/** Adds one more to those who share a load balancer; a Problem where it says something else than they do. */
export function joinEdge(together: Together | undefined, want: Want): Together | { readonly problem: Problem } {
  const mine = edgeOf(want)
  const words = wordsOf(mine)
  if (together === undefined) return { edge: mine, sayings: new Map([...words.keys()].map((word) => [word, want.owner])) }
  const theirs = wordsOf(together.edge)
  for (const [word, { field, value }] of words) {
    const other = theirs.get(word)
    const holder = together.sayings.get(word)
    if (other !== undefined && holder !== undefined && !isDeepStrictEqual(other.value, value))
      return { problem: saidOtherwise(field, value, other.value, holder) }
  }
  const edge: Edge = {
    ...together.edge,
    ...(Object.fromEntries(Object.entries(mine).filter(([key]) => key in FIELDS)) as EdgeWish),
    attributes: { ...together.edge.attributes, ...mine.attributes },
    tags: { ...together.edge.tags, ...mine.tags },
    prefersDualStack: together.edge.prefersDualStack || mine.prefersDualStack,
    hasDatagrams: together.edge.hasDatagrams || mine.hasDatagrams,
  }
  return { edge, sayings: new Map([...[...words.keys()].map((word) => [word, want.owner] as const), ...together.sayings]) }
}

interface Word {
  readonly field: string
  readonly value: unknown
}

/** All that is said, one word for each attribute and tag. */
function wordsOf({ attributes, tags, ...wish }: Edge): ReadonlyMap<string, Word> {
  const said = Object.entries(wish).flatMap(([key, value]): [string, Word][] => (key in FIELDS ? [[key, { field: FIELDS[key as keyof EdgeWish], value }]] : []))
  const written = Object.entries(attributes).map(([key, value]): [string, Word] => [`attribute ${key}`, { field: `${FIELDS.attributes} (${key})`, value }])
  const tagged = Object.entries(tags).map(([key, value]): [string, Word] => [`tag ${key}`, { field: `${FIELDS.tags} (${key})`, value }])
  return new Map([...said, ...written, ...tagged])
}

function saidOtherwise(field: string, value: unknown, other: unknown, holder: Owner): Problem {
  return {
    reason: 'Conflict',
    field,
    value: textOf(value),
    wrong: `is not what ${ownerName(holder)} says, with which the load balancer is shared`,
    allowed: `${textOf(other)}, or nothing`,
  }
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(',')
  if (typeof value !== 'object' || value === null) return String(value)
  if ('ids' in value && Array.isArray(value.ids)) return value.ids.join(',')
  return 'kind' in value && value.kind === 'none' ? 'no security groups' : 'a security group of ours'
}

type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> }

export function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>
}
