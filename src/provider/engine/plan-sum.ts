/** What a plan comes to: how much is made, changed and removed, what happens later, which addresses change, and what is interrupted. Pure. */
import { isDeepStrictEqual } from 'node:util'
import { type Place, placeText } from '../../model/status.ts'
import { stepTitle } from './plan-text.ts'
import type { Outlook, Plan, Step } from '../provider.ts'

export interface PlanSum {
  /** Numbers of calls to the cloud that write. */
  readonly created: number
  readonly changed: number
  readonly removed: number
  /** How many times the next steps wait for those before them. */
  readonly stages: number
  /** Published now, and once the plan is carried out; `null`: the cloud gives an address that is not known yet. */
  readonly addresses: { readonly now: readonly string[]; readonly next: readonly string[] | null }
  readonly addressChanges: boolean
  /** Objects that serve on for those who still know the old address, and are removed afterwards. */
  readonly removedLater: readonly string[]
  /** Of `removedLater`, counted from when the new address is published. */
  readonly laterSeconds: number
  readonly interruptions: readonly { readonly step: string; readonly what: string }[]
}

export interface SumOptions {
  readonly published: readonly Place[]
  /** Absent: the Service stays as it is. */
  readonly outlook: Outlook | undefined
  /** 0: until the new address is published. */
  readonly lingerMs: number
}

export function sumOf({ stages }: Plan<Step>, { published, outlook, lingerMs }: SumOptions): PlanSum {
  const steps = stages.flat()
  const now = published.map(placeText)
  const next = outlook === undefined ? now : outlook.places === 'new' ? null : outlook.places.map(placeText)
  return {
    created: steps.filter(({ verb }) => verb === 'create').length,
    changed: steps.filter(({ verb }) => verb === 'update').length,
    removed: steps.filter(({ verb }) => verb === 'delete').length,
    stages: stages.length,
    addresses: { now, next },
    addressChanges: next === null ? now.length > 0 : now.length > 0 && !isDeepStrictEqual(next.toSorted(), now.toSorted()),
    removedLater: outlook?.removedLater ?? [],
    laterSeconds: Math.round(lingerMs / 1000),
    interruptions: steps.flatMap((step) => (step.interrupts === undefined ? [] : [{ step: stepTitle(step), what: step.interrupts }])),
  }
}

/** Sentences, the most important first. `besides`: what the numbers leave out, as a part of a sentence. */
export function sumLines(sum: PlanSum, besides = ''): readonly string[] {
  const { created, changed, removed, stages, removedLater } = sum
  if (created + changed + removed + removedLater.length === 0 && besides === '') return [`Plan: nothing changes.${addressText(sum)}`]
  return [
    `Plan: ${stepsText(sum)}${besides}; interrupts: ${interruptionsText(sum)}.${addressText(sum)}`,
    ...(stages > 1 ? ['The steps of a stage run side by side; the next stage starts when they are done.'] : []),
    ...laterLines(sum),
  ]
}

/** What clients meet: another address, and what goes once they know it. Empty: nothing. */
export function outcomeLines(sum: PlanSum): readonly string[] {
  return [...(sum.addressChanges ? [addressText(sum).trim()] : []), ...laterLines(sum)]
}

function laterLines({ removedLater, laterSeconds }: PlanSum): readonly string[] {
  return removedLater.map((what) => `Later: ${what} keeps serving clients that know the old address, and is deleted ${laterText(laterSeconds)}.`)
}

export function stepsText({ created, changed, removed }: Pick<PlanSum, 'created' | 'changed' | 'removed'>): string {
  return `${created} to create, ${changed} to change, ${removed} to delete`
}

export function interruptionsText({ interruptions }: PlanSum): string {
  return interruptions.length === 0 ? 'nothing' : interruptions.map(({ step, what }) => `${step} (${what})`).join('; ')
}

/** A sentence after a space; empty: there is no address, now and then. */
export function addressText({ addresses: { now, next }, addressChanges }: PlanSum): string {
  const [old, other] = [now.join(' and '), next === null ? 'a new one, known once it is created' : next.join(' and ')]
  if (addressChanges) return other === '' ? ` The address ${old} is withdrawn.` : ` The address changes from ${old} to ${other}.`
  if (now.length > 0) return ` The address stays ${old}.`
  return other === '' ? '' : ` The address will be ${other}.`
}

function laterText(seconds: number): string {
  if (seconds === 0) return 'once the new one is published'
  const duration = seconds % 60 === 0 ? `${seconds / 60} minutes` : `${seconds} seconds`
  return `${duration} after the new one is published`
}
