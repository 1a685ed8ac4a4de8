/** Steps, each with its phase. The order of the phases is the order of a plan. */
import type { AwsStep } from '../steps.ts'
import { compare } from './cast.ts'

/**
 * Make before break: what may be refused comes before what destroys. `zones` is followed by numbered stages of its own; `reuse` opens listeners on ports
 * that are only closed now.
 */
const PHASES = [
  'trust',
  'read',
  'read more',
  'adopt',
  'anchor',
  'make room',
  'open',
  'balancer',
  'zones',
  'address type',
  'source NAT',
  'listen',
  'switch',
  'narrow address type',
  'extras',
  'label',
  'await',
  'retire',
  'unlabel',
  'unprotect',
  'close balancer',
  'close',
  'drop',
  'reuse',
  'raze',
] as const
export type Phase = (typeof PHASES)[number]

export interface Draft {
  readonly phase: Phase
  /** Place among the stages of one phase. */
  readonly order: number
  readonly step: AwsStep
}

export function draft(phase: Phase, step: AwsStep, order = 0): Draft {
  return { phase, order, step }
}

export function stagesOf(drafts: readonly Draft[]): readonly (readonly AwsStep[])[] {
  const stages = new Map<number, Draft[]>()
  for (const one of drafts) {
    const place = PHASES.indexOf(one.phase) * 100 + one.order
    stages.set(place, [...(stages.get(place) ?? []), one])
  }
  return [...stages]
    .toSorted(([a], [b]) => a - b)
    .map(([, stage]) => stage.map(({ step }) => step).toSorted((a, b) => compare(a.kind, b.kind) || compare(a.key, b.key) || compare(a.verb, b.verb)))
}
