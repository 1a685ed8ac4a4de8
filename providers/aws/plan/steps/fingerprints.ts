/** Tags on what exists: the fingerprint after the last of the settings it stands for, and the user's own. Objects that get the same are tagged by one call. */
import { compareText } from '../../../../src/model/order.ts'
import type { Owner } from '../../../../src/model/owner.ts'
import { type ObjectRef, step } from '../../steps.ts'
import type { Attributes } from '../wanted/attributes.ts'
import { type PhasedStep, phased } from './phases.ts'

export interface Label {
  readonly of: ObjectRef
  readonly serves: readonly Owner[]
  readonly tags: Attributes
  readonly why: string
}

export interface Unlabel {
  readonly of: ObjectRef
  readonly serves: readonly Owner[]
  readonly keys: readonly string[]
  readonly why: string
}

export function labelSteps(labels: readonly Label[]): readonly PhasedStep[] {
  return grouped(
    labels,
    ({ tags }) => Object.keys(tags).toSorted(compareText),
    ({ tags }) => Object.entries(tags).toSorted(([a], [b]) => compareText(a, b)),
  ).map(({ key, of, serves, first }) => phased('label', step('update tags', { key, serves, why: first.why, call: { of, tags: first.tags } })))
}

export function unlabelSteps(labels: readonly Unlabel[]): readonly PhasedStep[] {
  return grouped(
    labels,
    ({ keys }) => keys.toSorted(compareText),
    ({ keys }) => keys.toSorted(compareText),
  ).map(({ key, of, serves, first }) => phased('unlabel', step('update obsolete tags', { key, serves, why: first.why, call: { of, keys: first.keys } })))
}

interface Group<L> {
  readonly key: string
  readonly of: readonly ObjectRef[]
  readonly serves: readonly Owner[]
  readonly first: L
}

/** Owners stay apart: a call that one of them spoils shall not be the other's. */
function grouped<L extends Label | Unlabel>(
  labels: readonly L[],
  keysOf: (label: L) => readonly string[],
  content: (label: L) => unknown,
): readonly Group<L>[] {
  const groups = new Map<string, { first: L; of: ObjectRef[] }>()
  for (const label of labels) {
    const name = JSON.stringify([label.serves.map(({ uid }) => uid), content(label)])
    const group = groups.get(name) ?? { first: label, of: [] }
    group.of.push(label.of)
    groups.set(name, group)
  }
  return [...groups.values()].map(({ first, of }) => {
    const sorted = of.toSorted((a, b) => compareText(refName(a), refName(b)))
    const rest = sorted.length > 1 ? ` and ${sorted.length - 1} more` : ''
    return { key: `${keysOf(first).join(', ')} of ${sorted[0] === undefined ? '' : refName(sorted[0])}${rest}`, of: sorted, serves: first.serves, first }
  })
}

export function refName(ref: ObjectRef): string {
  return ref.kind === 'listener' ? `${ref.loadBalancer}:${ref.port}` : ref.name
}

/** The user's own tags on an object found, as they shall be. */
export function tagChanges(wanted: Attributes, found: Attributes): { readonly set: Attributes; readonly unset: readonly string[] } {
  return {
    set: Object.fromEntries(Object.entries(wanted).filter(([key, value]) => !Object.hasOwn(found, key) || found[key] !== value)),
    unset: Object.keys(found)
      .filter((key) => !Object.hasOwn(wanted, key))
      .toSorted(compareText),
  }
}
