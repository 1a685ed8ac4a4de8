/** What a plan that is about some Services changes for others, which share a load balancer or an address with them. Pure. */
import { isDeepStrictEqual } from 'node:util'
import { ownerName } from '../../model/owner.ts'
import { problemText } from '../../model/problem.ts'
import type { Preview } from '../cloud.ts'
import type { Intent, Step } from '../provider.ts'
import { addressText, interruptionsText, type PlanSum, stepsText, sumOf } from './plan-sum.ts'

export interface Neighbour {
  /** NAMESPACE/NAME */
  readonly service: string
  /** Of the steps that are for it and for none of the Services that the plan is about. */
  readonly sum: PlanSum
  /** Why it would be refused; empty: it is not. */
  readonly refused: readonly string[]
}

export interface Shown {
  readonly preview: Preview
  /** What it was made from. */
  readonly intents: readonly Intent<unknown>[]
}

/**
 * Those that want something and whose address changes, that are interrupted, or that are refused. `subjects`: uids of the Services that the plan is about.
 * `lingerMs`: how long an old address is served on.
 */
export function neighboursOf({ preview, intents }: Shown, subjects: ReadonlySet<string>, lingerMs: number): readonly Neighbour[] {
  const steps = preview.stages.flat()
  return intents.flatMap((intent): Neighbour[] => {
    if (!('want' in intent) || subjects.has(intent.owner.uid)) return []
    const { owner, published } = intent
    const isTheirs = (one: { readonly owner: { readonly uid: string } }): boolean => one.owner.uid === owner.uid
    const touching = steps.filter(({ serves, takesFrom = [] }) => [...serves, ...takesFrom].some(({ uid }) => uid === owner.uid))
    const options = { published, outlook: preview.outlook.find(isTheirs), lingerMs }
    const { interruptions } = sumOf({ ...preview, stages: [touching] }, options)
    const own = sumOf({ ...preview, stages: [touching.filter((step) => !servesSome(step, subjects))] }, options)
    const refused = preview.refused.filter(isTheirs).map(({ problem }) => problemText(problem))
    const isAffected = own.addressChanges || interruptions.length > 0 || refused.length > 0
    return isAffected ? [{ service: ownerName(owner), sum: { ...own, interruptions }, refused }] : []
  })
}

function servesSome({ serves }: Step, uids: ReadonlySet<string>): boolean {
  return serves.some(({ uid }) => uids.has(uid))
}

/** Without those for whom the same would happen anyway: `anyway` is of a plan in which the Services that it is about stay as they are. */
export function changedNeighbours(neighbours: readonly Neighbour[], anyway: readonly Neighbour[]): readonly Neighbour[] {
  return neighbours.filter((one) => !anyway.some((other) => other.service === one.service && isDeepStrictEqual(essence(other), essence(one))))
}

function essence({ sum: { addresses, interruptions }, refused }: Neighbour): unknown {
  return { addresses, interruptions, refused }
}

const MOST_NAMED = 5

/** All of them in one sentence; empty: there are none. */
export function neighboursText(neighbours: readonly Neighbour[]): string {
  if (neighbours.length === 0) return ''
  const named = neighbours.slice(0, MOST_NAMED).map((one) => `${one.service} (${effectsOf(one).join(', ')})`)
  const more = neighbours.length - named.length
  return `Also affected: ${[...named, ...(more > 0 ? [`${more} more`] : [])].join(', ')}.`
}

function effectsOf({ sum, refused }: Neighbour): readonly string[] {
  return [
    ...(sum.addressChanges ? ['another address'] : []),
    ...(sum.interruptions.length > 0 ? ['interrupted'] : []),
    ...(refused.length > 0 ? ['refused'] : []),
  ]
}

/** A sentence for each. */
export function neighbourLines(neighbours: readonly Neighbour[]): readonly string[] {
  return neighbours.map(({ service, sum, refused }) => {
    const interrupted = sum.interruptions.length === 0 ? [] : [`It interrupts: ${interruptionsText(sum)}.`]
    const steps = sum.created + sum.changed + sum.removed === 0 ? [] : [`Steps of its own: ${stepsText(sum)}.`]
    const no = refused.map((problem) => `It is refused: ${problem}${problem.endsWith('.') ? '' : '.'}`)
    return [`Also affects ${service}.${sum.addressChanges ? addressText(sum) : ''}`, ...interrupted, ...no, ...steps].join(' ')
  })
}
