/** Why a Service is in the state it is in, from what a running controller knows: for people, one matter a line. */
import type { Snapshot } from '../model/cluster.ts'
import type { StackId } from '../provider/provider.ts'
import { asksFor, concerns, type Ledger, reportsOf, wishOf } from './ledger.ts'
import { READY } from '../model/names.ts'
import { placesOf } from './published.ts'
import { problemText } from '../model/problem.ts'
import type { Report } from './report.ts'
import { placesText } from './sentences.ts'

export interface Explanation {
  /** Whether there is such a Service. */
  readonly isFound: boolean
  readonly published: string
  readonly ready?: { readonly status: string; readonly reason: string; readonly message: string }
  /** For each provider that has anything to do with it. */
  readonly providers: readonly ProviderExplanation[]
}

export interface ProviderExplanation {
  readonly provider: string
  readonly asks: boolean
  readonly problems: readonly string[]
  readonly notes: readonly string[]
  readonly home?: StackId
  readonly stacks: readonly { readonly stack: StackId; readonly isInDoubt: boolean; readonly report?: Report }[]
}

export function explainService(ledgers: readonly Ledger[], snapshot: Snapshot, namespace: string, name: string): Explanation {
  const service = snapshot.service(namespace, name)
  if (service === undefined) return { isFound: false, published: '', providers: [] }
  const ready = service.status.conditions?.find(({ type }) => type === READY)
  const { uid } = service.metadata
  const providers = ledgers
    .filter((ledger) => concerns(ledger, service))
    .map((ledger): ProviderExplanation => {
      const wish = wishOf(ledger, service, snapshot)
      const reports = reportsOf(ledger, uid)
      const home = ledger.roster.of(uid)?.home
      return {
        provider: ledger.cloud.name,
        asks: asksFor(ledger, service),
        problems: wish.kind === 'malformed' ? wish.problems.map(problemText) : [],
        notes: wish.kind === 'not ours' ? [] : wish.notes,
        ...(home === undefined ? {} : { home }),
        stacks: [...ledger.roster.stacksOf(uid)].map((stack) => {
          const report = reports.get(stack)
          return { stack, isInDoubt: ledger.cloud.isInDoubt(stack), ...(report === undefined ? {} : { report }) }
        }),
      }
    })
  return { isFound: true, published: placesText(placesOf(service)), ...(ready === undefined ? {} : { ready }), providers }
}
