/**
 * The owners found to have all they ask for. While neither its request nor its part changes an owner need not be planned again, whatever others do: it keeps its address and its
 * sockets. A memory of what a pure function has answered, and nothing else: it saves time, and changes no plan.
 */
import type { Backends, LoadBalancer, NodeSet } from '../../src/model/load-balancer.ts'
import { nodesUsedBy } from '../../src/provider/kit/plan-memory.ts'
import type { Intent } from '../../src/provider/provider.ts'
import type { WantIntent } from './assign.ts'
import type { LocalView, OwnerParts } from './parts.ts'
import type { Seat } from './stages.ts'

interface Rest {
  readonly settings: LoadBalancer
  readonly ports: Backends['ports']
  /** Only where nodes are the targets. */
  readonly nodes: NodeSet | undefined
}

export class Rests {
  readonly #rests = new WeakMap<OwnerParts, Rest>()

  knows(intent: Intent<unknown>, view: LocalView): boolean {
    if (!('want' in intent)) return false
    const held = view.owners.get(intent.owner.uid)
    const rest = held === undefined ? undefined : this.#rests.get(held)
    const { settings, backends } = intent.want
    return rest !== undefined && rest.settings === settings && rest.ports === backends.ports && rest.nodes === nodesUsedBy(intent.want)
  }

  /** For those whose request is met in full. Members of a share group never are, as the group may move; nor is one that still serves an old address. */
  remember({ owner, want }: WantIntent, { held, target }: Seat, view: LocalView): void {
    const parts = view.owners.get(owner.uid)
    const isMet = held.length === target.length && held.every((part, i) => part === target[i] && !part.lingers)
    if (parts === undefined || !isMet || want.settings.share !== undefined) return
    this.#rests.set(parts, { settings: want.settings, ports: want.backends.ports, nodes: nodesUsedBy(want) })
  }
}
