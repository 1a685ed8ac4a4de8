/** From what each owner has and shall have to the steps between, in the order that lets no traffic stop. */
import { ownerName, type Owner } from '../../src/model/owner.ts'
import { commonRanges } from '../../src/model/source-ranges.ts'
import { byKey, isSameSettings, type LocalRule, type Part, socketOf } from './parts.ts'
import type { Replaceable } from './assign.ts'
import { changeStep, closeStep, type LocalStep, openStep } from './steps.ts'

export interface Seat {
  readonly owner: Owner
  readonly held: readonly Part[]
  readonly target: readonly Part[]
  /** Absent: no address of it is replaced. */
  readonly replaceable?: Replaceable
}

/** Opened and changed first, then closed; what needs a socket that is only closed now is opened last. */
export function stagesOf(seats: readonly Seat[]): readonly (readonly LocalStep[])[] {
  const before: LocalStep[] = []
  const opened: LocalStep[] = []
  const leaving: LocalStep[] = []
  for (const { held, target, replaceable } of seats) {
    if (held.length === target.length && held.every((part, i) => part === target[i])) continue
    const had = new Map(held.map((part) => [part.key, part]))
    for (const part of target) {
      const known = had.get(part.key)
      had.delete(part.key)
      const ifInUse = replaceable?.get(part.address)
      if (known === undefined) opened.push(openStep(part, `${ownerName(part.owner)} asks for ${part.listener}`, ifInUse))
      else if (known !== part)
        (part.lingers && !known.lingers ? leaving : before).push(changeStep(part, { why: whyChanged(known, part), lessens: isLessened(known, part), ifInUse }))
    }
    for (const part of had.values()) leaving.push(closeStep(part, whyClosed(part, target)))
  }
  const closing = new Set(leaving.flatMap((step) => (step.verb === 'delete' ? [socketOf(step.part)] : [])))
  const first = [...before, ...opened.filter(({ part }) => !closing.has(socketOf(part)))]
  const last = opened.filter(({ part }) => closing.has(socketOf(part)))
  return [first, leaving, last].filter((stage) => stage.length > 0).map((stage) => stage.toSorted(byKey))
}

function whyChanged(before: Part, after: Part): string {
  if (after.lingers && !before.lingers) return `${before.address} was replaced, and is served for a while`
  if (before.lost !== undefined) return `the socket of ${after.listener} was lost`
  if (!isSameSettings(before.rule.settings, after.rule.settings)) return `settings of ${after.listener} change: ${changedKeys(before.rule, after.rule)}`
  const [joined, left] = [countMissing(after, before), countMissing(before, after)]
  return joined + left > 0 ? `targets of ${after.listener}: ${joined} join, ${left} leave` : `${after.address} has another standing`
}

function isLessened(before: Part, after: Part): boolean {
  const ranges = before.rule.settings.sourceRanges
  return countMissing(before, after) > 0 || commonRanges(ranges, after.rule.settings.sourceRanges) !== ranges
}

/** How many targets of the first the second does not have. */
function countMissing({ rule: { targets } }: Part, { rule: other }: Part): number {
  const there = new Set(other.targets.map(({ ip, port }) => `${ip} ${port}`))
  return targets.filter(({ ip, port }) => !there.has(`${ip} ${port}`)).length
}

function changedKeys({ settings: before }: LocalRule, { settings: after }: LocalRule): string {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof typeof before)[]
  return keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key])).join(', ')
}

function whyClosed(part: Part, target: readonly Part[]): string {
  if (target.length === 0) return `${ownerName(part.owner)} is gone from here`
  return target.some(({ listener }) => listener === part.listener) ? `${part.address} was replaced` : `${part.listener} is no longer asked for`
}
