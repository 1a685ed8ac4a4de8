/** What is known about owners that the cluster does not show. State; no calls. */
import type { StackId } from '../../provider/provider.ts'
import { Orphans } from './orphans.ts'

export class Absences {
  readonly orphans: Orphans
  readonly #confirmed = new Set<string>()
  readonly #deletionBegun = new Set<string>()

  /** `orphanGraceMs`: how long an orphan is kept, in milliseconds; Infinity: always. */
  constructor(orphanGraceMs: number) {
    this.orphans = new Orphans(orphanGraceMs)
  }

  /** The API server has said that this UID does not exist any more, which is final. */
  confirm(uid: string): void {
    this.#confirmed.add(uid)
  }

  isConfirmed(uid: string): boolean {
    return this.#confirmed.has(uid)
  }

  /** The owner's part of the Stack is to be deleted. Answers whether that is new. */
  beginDeletion(stack: StackId, uid: string): boolean {
    const key = `${stack} ${uid}`
    const isNew = !this.#deletionBegun.has(key)
    this.#deletionBegun.add(key)
    return isNew
  }

  /** It is wanted again, or deleted. */
  endDeletion(stack: StackId, uid: string): void {
    this.#deletionBegun.delete(`${stack} ${uid}`)
  }

  /** Nothing of the owner is left in any Stack. */
  forget(uid: string): void {
    this.orphans.forget(uid)
    this.#confirmed.delete(uid)
  }
}
