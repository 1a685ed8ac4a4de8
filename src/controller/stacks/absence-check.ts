/**
 * Whether owners are really gone: the API server itself is asked, never a cache, by name or, where only the uid is known, by a list of all Services. An
 * answer that does not come confirms nothing, so a stale or incomplete view of the cluster never takes a load balancer away.
 */
import type { KubernetesApi } from '../../kubernetes/api.ts'
import type { Service } from '../../model/cluster.ts'
import type { Log } from '../../model/log.ts'
import { isNamed, type NamedOwner, type Owner, ownerName } from '../../model/owner.ts'
import type { UnnamedOwners } from './unnamed-owners.ts'

/** By uid. An owner in neither set is there and asks for this provider (the store is behind), or the server gave no answer. */
export interface Absence {
  /** There is no Service of that uid any more, and never will be. */
  readonly noMore: ReadonlySet<string>
  /** It is there and does not ask for this provider: so it was a moment ago. */
  readonly asksNoLonger: ReadonlySet<string>
  /** An owner is in neither set. */
  readonly isOpen: boolean
}

export interface Gate {
  readonly api: Pick<KubernetesApi, 'getService' | 'list'>
  readonly unnamedOwners: Pick<UnnamedOwners, 'find'>
  /** Whether a Service asks for the provider; deletion does not matter. */
  readonly asks: (service: Service) => boolean
  readonly log: Pick<Log, 'warn'>
}

const ASKED_AT_A_TIME = 8

export async function confirmAbsence(owners: readonly Owner[], gate: Gate, signal: AbortSignal): Promise<Absence> {
  const noMore = new Set<string>()
  const asksNoLonger = new Set<string>()
  const toAsk = [...owners.filter(isNamed), ...(await findUnnamed(owners, gate, { noMore, signal }))]
  const waiting = toAsk.values()
  const asker = async (): Promise<void> => {
    for (const owner of waiting) {
      const answer = await ask(owner, gate, signal)
      if (answer === 'does not exist') noMore.add(owner.uid)
      else if (answer === 'asks no longer') asksNoLonger.add(owner.uid)
    }
  }
  await Promise.all(Array.from({ length: Math.min(ASKED_AT_A_TIME, toAsk.length) }, asker))
  return { noMore, asksNoLonger, isOpen: noMore.size + asksNoLonger.size < owners.length }
}

/** Those of the owners without a name whose Services exist; the others are added to `noMore`, once the server has answered. */
async function findUnnamed(
  owners: readonly Owner[],
  { api, unnamedOwners, log }: Gate,
  { noMore, signal }: { readonly noMore: Set<string>; readonly signal: AbortSignal },
): Promise<readonly NamedOwner[]> {
  const uids = owners.filter((owner) => !isNamed(owner)).map(({ uid }) => uid)
  if (uids.length === 0) return []
  try {
    const found = await unnamedOwners.find(uids, { api, signal })
    for (const uid of found.noMore) noMore.add(uid)
    return found.named
  } catch (error) {
    log.warn('the API server did not say which Services are gone', { owners: uids.length, error })
    return []
  }
}

async function ask(owner: NamedOwner, { api, asks, log }: Gate, signal: AbortSignal): Promise<'does not exist' | 'asks no longer' | 'asks' | 'unknown'> {
  try {
    const service = await api.getService(owner.namespace, owner.name, signal)
    if (service === undefined || service.metadata.uid !== owner.uid) return 'does not exist'
    return asks(service) ? 'asks' : 'asks no longer'
  } catch (error) {
    log.warn('the API server did not say whether a Service is gone', { service: ownerName(owner), error })
    return 'unknown'
  }
}
