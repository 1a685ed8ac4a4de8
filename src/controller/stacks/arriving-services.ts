/** Services that are being made ready (finalizer, Stack annotation) to enter a Stack: the Stack waits a moment for them, so that one plan takes up many. */
import type { StackId } from '../../provider/provider.ts'

export class ArrivingServices {
  readonly #entering = new Map<string, StackId>()
  readonly #counts = new Map<StackId, number>()

  enter(service: string, stack: StackId): void {
    this.leave(service)
    this.#entering.set(service, stack)
    this.#counts.set(stack, this.waiting(stack) + 1)
  }

  leave(service: string): void {
    const stack = this.#entering.get(service)
    if (stack === undefined) return
    this.#entering.delete(service)
    const left = this.waiting(stack) - 1
    if (left > 0) this.#counts.set(stack, left)
    else this.#counts.delete(stack)
  }

  isEntering(service: string, stack: StackId): boolean {
    return this.#entering.get(service) === stack
  }

  waiting(stack: StackId): number {
    return this.#counts.get(stack) ?? 0
  }
}
