/**
 * The security rules of one network security group: ours are made of openings, people's stay as they are, wherever they stand and whatever they hold. Pure.
 */
import type { Family } from '../../../../src/model/address.ts'
import { hashOf } from '../../../../src/provider/kit/naming.ts'
import type { Child, SecurityRule } from '../../api/documents.ts'
import { contentOf, gathered, type Opening, type Openings, openingOf, openingsOf } from './openings.ts'

type Rule = Child<SecurityRule>

/** Of a group; source: learn.microsoft.com, "Azure subscription limits": rules, and prefixes on either side of all rules together. */
export const GROUP_LIMITS = { rules: 1_000, sources: 4_000, destinations: 4_000 } as const

/** People's own rules below 500 come before ours, as at cloud-provider-azure. */
const [LOWEST, HIGHEST] = [500, 4_095]

/** `mark`: what names of this cluster's rules begin with; several clusters may share a group. */
export function isOurs({ name }: Rule, mark: string): boolean {
  return name !== undefined && name.toLowerCase().startsWith(`${mark}-`)
}

/** What rules of this cluster open. */
export function openingsIn(rules: readonly Rule[], mark: string): Openings {
  return openingsOf(rules.filter((rule) => isOurs(rule, mark)))
}

/**
 * The rules of the group when ours open just this. A rule that is right already is the very same object, so that a group in which nothing changes is equal
 * element by element; a new one takes the next free number: allowing ones from 500 upwards, denying ones from 4095 downwards. Throws an Error where no number is
 * free.
 */
export function withOpenings(rules: readonly Rule[], openings: Openings, mark: string): readonly Rule[] {
  const wanted = new Map(gathered(openings).map((group) => [ruleName(group, mark), group]))
  const kept = rules.flatMap((rule) => {
    if (!isOurs(rule, mark)) return [rule]
    const group = wanted.get(rule.name ?? '')
    return group === undefined || !isFit(rule, group.opening)
      ? []
      : [isSameList(openingOf(rule).destinations, group.destinations) ? rule : renewed(rule, group)]
  })
  const there = new Set(kept.map(({ name }) => name))
  const numbers = freeNumbers(kept)
  const made = [...wanted].filter(([name]) => !there.has(name)).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return [...kept, ...made.map(([name, group]) => ({ name, properties: propertiesOf(group, numbers(group.opening.access)) }))]
}

/** How much of the limits a list of rules uses. */
export function usageOf(rules: readonly Rule[]): { readonly rules: number; readonly sources: number; readonly destinations: number } {
  const sum = (count: (rule: SecurityRule) => number): number => rules.reduce((total, { properties = {} }) => total + count(properties), 0)
  return {
    rules: rules.length,
    sources: sum(({ sourceAddressPrefixes }) => sourceAddressPrefixes?.length ?? 0),
    destinations: sum(({ destinationAddressPrefixes }) => destinationAddressPrefixes?.length ?? 0),
  }
}

type Group = ReturnType<typeof gathered>[number]

function ruleName({ opening, family }: { readonly opening: Opening; readonly family: Family }, mark: string): string {
  return `${mark}-${opening.access.toLowerCase()}-${family.toLowerCase()}-${hashOf(16, contentOf(opening))}`
}

/** Whether a rule does what its name says, apart from where: it may have been changed from outside. */
function isFit(rule: Rule, opening: Opening): boolean {
  const { direction, priority = 0, sourcePortRange } = rule.properties ?? {}
  return direction === 'Inbound' && sourcePortRange === '*' && priority >= LOWEST && contentOf(openingOf(rule).opening) === contentOf(opening)
}

/** The rule with other destinations; all else in it stays, what we do not know too. */
function renewed(rule: Rule, { destinations }: Group): Rule {
  const { destinationAddressPrefix: _, destinationAddressPrefixes: __, ...rest } = rule.properties ?? {}
  return { ...rule, properties: { ...rest, ...either('destinationAddressPrefix', 'destinationAddressPrefixes', destinations) } }
}

function propertiesOf({ opening, destinations }: Group, priority: number): SecurityRule {
  return {
    protocol: opening.protocol,
    access: opening.access,
    direction: 'Inbound',
    priority,
    ...either('sourceAddressPrefix', 'sourceAddressPrefixes', opening.sources),
    sourcePortRange: '*',
    ...either('destinationAddressPrefix', 'destinationAddressPrefixes', destinations),
    ...either('destinationPortRange', 'destinationPortRanges', opening.ports),
  }
}

/** A single value stands alone: a service tag, or `*`, is not taken in a list. */
function either(one: string, more: string, values: readonly string[]): Readonly<Record<string, string | readonly string[]>> {
  return values.length === 1 ? { [one]: values[0] ?? '' } : { [more]: values }
}

function freeNumbers(rules: readonly Rule[]): (access: Opening['access']) => number {
  const taken = new Set(rules.filter(({ properties }) => properties?.direction !== 'Outbound').map(({ properties }) => properties?.priority))
  return (access) => {
    const isAllow = access === 'Allow'
    for (let number: number = isAllow ? LOWEST : HIGHEST; number >= LOWEST && number <= HIGHEST; number += isAllow ? 1 : -1) {
      if (taken.has(number)) continue
      taken.add(number)
      return number
    }
    throw new Error(`the network security group has no free priority from ${LOWEST} to ${HIGHEST}`)
  }
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index])
}
