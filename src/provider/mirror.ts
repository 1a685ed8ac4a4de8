/**
 * What the cloud holds, as far as we know, Stack by Stack. It makes no call and decides nothing: it only knows what is newer than what. A Stack that is
 * in doubt is still listed: its owners are not forgotten.
 */
import { isDeepStrictEqual } from 'node:util'
import type { StackId } from './provider.ts'

/** A moment in the order of what the mirror was told. */
export type Moment = number

export class Mirror<View> {
  readonly #merge: (known: View, listed: View) => View
  readonly #views = new Map<StackId, View>()
  readonly #doubtedAt = new Map<StackId, Moment>()
  readonly #toldAt = new Map<StackId, Moment>()
  #moment: Moment = 0

  constructor(merge: (known: View, listed: View) => View) {
    this.#merge = merge
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
   * was quicker: then it has to be observed again.
   */
  observed(stack: StackId, view: View, began: Moment): void {
    if (!this.#isOlder(stack, began)) return
    this.#tell(stack, view)
    if ((this.#doubtedAt.get(stack) ?? 0) <= began) this.#doubtedAt.delete(stack)
  }

  /** A step was applied. That lifts no doubt. */
  folded(stack: StackId, fold: (view: View) => View): void {
    const known = this.#views.get(stack)
    if (known === undefined) throw new Error(`a step was applied to a Stack that was never observed: ${stack}`)
    this.#tell(stack, fold(known))
  }

  /**
   * Takes in a bulk inventory: it is merged into what is known, never overwrites what was told since it began, never lifts a doubt, and what it does not
   * list is in doubt, not gone. One that breaks off doubts nobody. Answers the Stacks that it changed or put in doubt.
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
      if (!this.#views.has(stack) || !this.#isOlder(stack, began)) continue
      this.doubt(stack)
      changed.push(stack)
    }
    for (const [stack, told] of this.#toldAt) if (told <= began && !this.#views.has(stack)) this.#toldAt.delete(stack)
    return changed
  }

  /** A Stack at rest with nobody in it is forgotten, or each inventory would doubt it anew. An older listing does not bring it back. */
  forget(stack: StackId): void {
    this.#views.delete(stack)
    this.#doubtedAt.delete(stack)
    this.#toldAt.set(stack, ++this.#moment)
  }

  stacks(): Iterable<readonly [StackId, View]> {
    return this.#views
  }

  #isNewsOf(stack: StackId, listed: View): boolean {
    const known = this.#views.get(stack)
    if (known !== undefined && this.#doubtedAt.has(stack)) return false
    const merged = known === undefined ? listed : this.#merge(known, listed)
    if (known !== undefined && isDeepStrictEqual(known, merged)) return false
    this.#views.set(stack, merged)
    return true
  }

  #isOlder(stack: StackId, began: Moment): boolean {
    return (this.#toldAt.get(stack) ?? 0) <= began
  }

  #tell(stack: StackId, view: View): void {
    this.#toldAt.set(stack, ++this.#moment)
    this.#views.set(stack, view)
  }
}
