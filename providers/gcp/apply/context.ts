/** What every step is carried out with. */
import type { Account } from '../api/account.ts'
import type { GcpView } from '../view.ts'

export interface Context {
  readonly account: Account
  readonly view: GcpView
  readonly base: GcpView | undefined
  readonly signal: AbortSignal
}
