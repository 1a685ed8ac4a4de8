/**
 * A controller without a cluster: each turn it asks every Stack anew for what the Services want, and the base for what they need, until nothing has to
 * be looked at again. It knows the rules of `gone` no better than that a Service that is not listed is gone.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Cloud, Outcome } from '../../src/provider/cloud.ts'
import type { NodeSet } from '../../src/model/load-balancer.ts'
import type { NamedOwner } from '../../src/model/owner.ts'
import type { Desired, Intent, StackId } from '../../src/provider/provider.ts'
import { nodes } from '../in-memory/wishes.ts'

export type Services = ReadonlyMap<NamedOwner, Desired<unknown>>

export const forever = new AbortController().signal
const MOST_TURNS = 60

export class Process {
  readonly cloud: Cloud
  /** Milliseconds. */
  now = 0
  nodes: NodeSet = nodes('node-a', 'node-b')
  mayWrite: () => boolean = () => true
  lastResort: ReadonlySet<string> = new Set()
  /** Taken up by the next turn. */
  retryNow: ReadonlySet<string> = new Set()
  outcomes: ReadonlyMap<StackId, Outcome> = new Map()

  constructor(cloud: Cloud) {
    this.cloud = cloud
  }

  async learn(): Promise<readonly StackId[]> {
    return this.cloud.learn(forever)
  }

  /** Turns until nobody waits for less than a minute. */
  async reconcile(services: Services): Promise<void> {
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      const before = this.#places(services)
      const outcomes = await this.turn(services)
      if (!isDeepStrictEqual(this.#places(services), before)) continue
      const isResting = outcomes.every(
        ({ againAfterMs = Infinity, needsBase, baseMayShrink }) => againAfterMs >= 60_000 && needsBase !== true && baseMayShrink !== true,
      )
      if (isResting && !this.#isSomebodyLeaving(services)) return
    }
    throw new Error(`does not come to rest: ${JSON.stringify([...this.outcomes.values()].map(({ stopped, waiting }) => ({ stopped, waiting: [...waiting] })))}`)
  }

  /** What is published: a change of it is an event of its own. */
  #places(services: Services): readonly unknown[] {
    return [...services].map(([owner, want]) => this.cloud.status(this.cloud.stackOf(owner, want), owner))
  }

  #isSomebodyLeaving(services: Services): boolean {
    return [...this.intents(services).values()].flat().some((intent) => 'gone' in intent)
  }

  async turn(services: Services): Promise<readonly Outcome[]> {
    const outcomes = new Map<StackId, Outcome>()
    const base = this.cloud.baseStack
    const { now, mayWrite, lastResort, retryNow } = this
    this.retryNow = new Set()
    const converge = async (): Promise<void> => {
      for (const [stack, intents] of this.intents(services)) {
        outcomes.set(stack, await this.cloud.converge({ stack, intents, now, signal: forever, mayWrite, lastResort, retryNow }))
      }
    }
    const wants = [...services].map(([owner, want]) => ({ owner, want }))
    if (base !== undefined) outcomes.set(base, await this.cloud.convergeBase({ wants, nodes: this.nodes, now, signal: forever, mayWrite, retryNow }))
    await converge()
    this.outcomes = outcomes
    return [...outcomes.values()]
  }

  /** The intents of each Stack. Who left for another Stack is gone from the old one when the new one serves it, or before where it claims what that holds. */
  intents(services: Services): ReadonlyMap<StackId, readonly Intent<unknown>[]> {
    const stacks = new Map<StackId, Intent<unknown>[]>()
    const add = (stack: StackId, intent: Intent<unknown>): void => void stacks.set(stack, [...(stacks.get(stack) ?? []), intent])
    const claimed = new Set<string>()
    const homes = new Map([...services].map(([owner, want]) => [owner.uid, { owner, want, home: this.cloud.stackOf(owner, want) }]))
    for (const [stack, owners] of this.cloud.holdings()) {
      if (!stacks.has(stack)) stacks.set(stack, [])
      for (const owner of owners) {
        const now = homes.get(owner.uid)
        if (now?.home === stack) continue
        const held = this.cloud.holds(stack, owner)
        const isClaimed = now !== undefined && this.cloud.claims(now.want).some((claim) => held.includes(claim))
        if (isClaimed) claimed.add(owner.uid)
        if (now === undefined || isClaimed || this.outcomes.get(now.home)?.served.has(owner.uid) === true) add(stack, { owner, gone: true })
        else add(stack, { owner: now.owner, follow: now.want.backends })
      }
    }
    for (const [owner, want] of services) {
      if (claimed.has(owner.uid)) continue
      const stack = this.cloud.stackOf(owner, want)
      add(stack, { owner, want, published: this.cloud.status(stack, owner).places })
    }
    return stacks
  }

  get refused(): ReadonlyMap<string, Outcome['refused'] extends ReadonlyMap<string, infer R> ? R : never> {
    return new Map([...this.outcomes.values()].flatMap(({ refused }) => [...refused]))
  }
}
