/** What a call is made for, for an emulated cloud's journal: the cost of each thing we do is counted there. */
import { AsyncLocalStorage } from 'node:async_hooks'

const causes = new AsyncLocalStorage<string>()

/** Whatever is called in `work`, and in what it calls, is called for this cause. */
export function because<T>(cause: string, work: () => T): T {
  return causes.run(cause, work)
}

export function presentCause(): string | undefined {
  return causes.getStore()
}
