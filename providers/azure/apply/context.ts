/** What every step is carried out with. */
import type { Account } from '../api/account.ts'
import type { AzureView } from '../view.ts'

export interface Context {
  readonly account: Account
  readonly view: AzureView
  readonly signal: AbortSignal
}
