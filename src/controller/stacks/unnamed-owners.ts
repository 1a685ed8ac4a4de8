/**
 * Owners of whom a cloud gives the uid alone: whether their Services are still there, and what they are called. Kubernetes gets no object by its uid, so all
 * Services are listed, and one list answers for every owner without a name who was known when it began, whatever Stack asks. That a uid is not in it holds
 * for ever: a Service has its uid before anything is made for it, and no uid is given twice.
 */
import type { KubernetesApi } from '../../kubernetes/api.ts'
import type { Snapshot } from '../../model/cluster.ts'
import { isNamed, type NamedOwner, ownerOf } from '../../model/owner.ts'
import type { Absences } from './absences.ts'
import type { Placements } from './placements.ts'

/** Where the answers go: names to the placements, the uids of Services that are gone to the absences. */
export interface Answers {
  readonly placements: Placements
  readonly absences: Pick<Absences, 'confirm' | 'isConfirmed'>
}

export interface Listing {
  readonly api: Pick<KubernetesApi, 'list'>
  readonly signal: AbortSignal
}

export interface Found {
  /** Whose Service exists. */
  readonly named: readonly NamedOwner[]
  /** Uids of Services that exist no more. */
  readonly noMore: readonly string[]
}

interface Running {
  readonly uids: ReadonlySet<string>
  readonly ended: Promise<void>
}

export class UnnamedOwners {
  readonly #answers: Answers
  /** One list at a time. */
  #running: Running | undefined

  constructor(answers: Answers) {
    this.#answers = answers
  }

  /** Of the owners with these uids, as far as they are in any Stack. Throws a KubernetesError where no list could be read: nothing is known then. */
  async find(uids: readonly string[], listing: Listing): Promise<Found> {
    for (let open = this.#open(uids); open.length > 0; open = this.#open(uids)) {
      const running = this.#running ?? this.#begin(listing)
      if (open.every((uid) => running.uids.has(uid))) await running.ended
      else await running.ended.catch(() => undefined)
    }
    const { placements, absences } = this.#answers
    return { named: uids.flatMap((uid) => placements.of(uid)?.owner ?? []).filter(isNamed), noMore: uids.filter((uid) => absences.isConfirmed(uid)) }
  }

  /** Of whom nothing is known yet. */
  #open(uids: readonly string[]): readonly string[] {
    const { placements, absences } = this.#answers
    return uids.filter((uid) => {
      const owner = placements.of(uid)?.owner
      return owner !== undefined && !isNamed(owner) && !absences.isConfirmed(uid)
    })
  }

  #begin(listing: Listing): Running {
    const uids = new Set(this.#open([...this.#answers.placements.unnamed()].map(({ uid }) => uid)))
    const ended = this.#list(uids, listing).finally(() => (this.#running = undefined))
    return (this.#running = { uids, ended })
  }

  async #list(uids: ReadonlySet<string>, listing: Listing): Promise<void> {
    const { placements, absences } = this.#answers
    const living = await listNames(listing)
    for (const uid of uids) {
      const owner = living.get(uid)
      if (owner === undefined) absences.confirm(uid)
      else placements.learnName(owner)
    }
  }
}

const PAGE = 500

/** Every Service there is, by uid. The pages of one list show one moment. */
async function listNames({ api, signal }: Listing): Promise<ReadonlyMap<string, NamedOwner>> {
  const names = new Map<string, NamedOwner>()
  let next: string | undefined
  do {
    const page = await api.list('services', { limit: PAGE, signal, ...(next === undefined ? {} : { continue: next }) })
    for (const service of page.items) names.set(service.metadata.uid, ownerOf(service))
    next = page.continue
  } while (next !== undefined)
  return names
}

/** Names the owners whose Services the cluster shows, without asking: of the others the uid alone is known. */
export function nameShown(placements: Placements, snapshot: Pick<Snapshot, 'services'>): void {
  const unnamed = new Set([...placements.unnamed()].map(({ uid }) => uid))
  if (unnamed.size === 0) return
  for (const service of snapshot.services()) if (unnamed.has(service.metadata.uid)) placements.learnName(ownerOf(service))
}
