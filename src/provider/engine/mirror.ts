/**
 * What the cloud holds, as far as we know, Stack by Stack. It makes no call and decides nothing: it only knows what is newer than what. A Stack that is
 * in doubt is still listed: its owners are not forgotten.
 */
import { isDeepStrictEqual } from 'node:util'
import type { StackId } from '../provider.ts'

/** A moment in the order of what the mirror learned. */
export type Moment = number

export interface MirrorOptions<View> {
  /** A listing merged into a deeper view. */
  readonly merge: (known: View, listed: View) => View
  readonly isEmpty: (view: View) => boolean
}

export class Mirror<View> {
  readonly #merge: (known: View, listed: View) => View
  readonly #isEmpty: (view: View) => boolean
  readonly #views = new Map<StackId, View>()
  readonly #doubtedAt = new Map<StackId, Moment>()
  readonly #learnedAt = new Map<StackId, Moment>()
  readonly #begunHere = new Set<StackId>()
  #moment: Moment = 0
  #isComplete = false

  constructor({ merge, isEmpty }: MirrorOptions<View>) {
    this.#merge = merge
    this.#isEmpty = isEmpty
  }

  /** Before a call that reads: what the call answers is no newer than this. */
  get moment(): Moment {
    return this.#moment
  }

  /** The view of a Stack, unless it has to be observed first. */
  sure(stack: StackId): View | undefined {
    return this.#doubtedAt.has(stack) ? undefined : this.#views.get(stack)
  }

  /** The view of a Stack, even one that is in doubt. */
  last(stack: StackId): View | undefined {
    return this.#views.get(stack)
  }

  isInDoubt(stack: StackId): boolean {
    return this.#doubtedAt.has(stack)
  }

  doubt(stack: StackId): void {
    this.#doubtedAt.set(stack, ++this.#moment)
  }

  /** Stacks that have to be observed before their next plan. */
  doubted(): Iterable<StackId> {
    return this.#doubtedAt.keys()
  }

  /**
   * One Stack was observed by name, by a call that began at this moment. It lifts the doubts that are older than the call, and says nothing where a write
   * or an inventory was quicker: then it has to be observed again. Answers whether it says anything.
   */
  observed(stack: StackId, view: View, began: Moment): boolean {
    if (!this.#isOlder(stack, began)) return false
    this.#learn(stack, view)
    if ((this.#doubtedAt.get(stack) ?? 0) <= began) this.#doubtedAt.delete(stack)
    return true
  }

  /**
   * Neither an inventory nor an observation by name has shown anything of this Stack: all that it will hold is written by this process, and stands in its
   * view whatever the cloud's lists show. Until it is forgotten.
   */
  begun(stack: StackId): void {
    this.#begunHere.add(stack)
  }

  /** An inventory has been taken in: what it did not list, and what this process did not make since, was not there. */
  get isComplete(): boolean {
    return this.#isComplete
  }

  isBegunHere(stack: StackId): boolean {
    return this.#begunHere.has(stack)
  }

  /** A step was applied. That lifts no doubt. */
  folded(stack: StackId, fold: (view: View) => View): void {
    const known = this.#views.get(stack)
    if (known === undefined) throw new Error(`a step was applied to a Stack that was never observed: ${stack}`)
    this.#learn(stack, fold(known))
  }

  /**
   * Takes in a bulk inventory: it is merged into what is known, never overwrites what was learned since it began, never lifts a doubt, and what it does not
   * list is in doubt, not gone, unless it is known to hold nothing. One that breaks off puts no Stack in doubt. Answers the Stacks that it changed or put in doubt.
   */
  async learn(inventory: AsyncIterable<readonly [StackId, View]>): Promise<readonly StackId[]> {
    const began = this.#moment
    const missing = new Set(this.#views.keys())
    const changed: StackId[] = []
    for await (const [stack, listed] of inventory) {
      missing.delete(stack)
      if (this.#isOlder(stack, began) && this.#isNewsOf(stack, listed)) changed.push(stack)
    }
    for (const stack of missing) {
      const known = this.#views.get(stack)
      if (known === undefined || !this.#isOlder(stack, began) || (!this.#doubtedAt.has(stack) && this.#isEmpty(known))) continue
      this.doubt(stack)
      changed.push(stack)
    }
    for (const [stack, at] of this.#learnedAt) if (at <= began && !this.#views.has(stack)) this.#learnedAt.delete(stack)
    this.#isComplete = true
    return changed
  }

  /** An empty Stack at rest is forgotten, or each inventory would doubt it anew. An older listing does not bring it back. */
  forget(stack: StackId): void {
    this.#views.delete(stack)
    this.#doubtedAt.delete(stack)
    this.#begunHere.delete(stack)
    this.#learnedAt.set(stack, ++this.#moment)
  }

  stacks(): Iterable<readonly [StackId, View]> {
    return this.#views
  }

  #isNewsOf(stack: StackId, listed: View): boolean {
    const known = this.#views.get(stack)
    if (known !== undefined && this.#doubtedAt.has(stack)) return false
    const merged = known === undefined ? listed : this.#merge(known, listed)
    if (known !== undefined && isDeepStrictEqual(known, merged)) return false
    this.#learn(stack, merged)
    return true
  }

  #isOlder(stack: StackId, began: Moment): boolean {
    return (this.#learnedAt.get(stack) ?? 0) <= began
  }

  #learn(stack: StackId, view: View): void {
    this.#learnedAt.set(stack, ++this.#moment)
    this.#views.set(stack, view)
  }
}
