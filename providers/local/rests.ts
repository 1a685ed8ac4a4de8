/**
 * Who was found to have all it asks for. While neither its wish nor its part changes it need not be looked at again, whatever others do: it keeps its address and its
 * sockets. A memory of what a pure function has answered, and nothing else: it saves time, and changes no plan.
 */
import type { Backends, LoadBalancer, NodeSet } from '../../src/model/load-balancer.ts'
import type { Desired, Intent } from '../../src/provider/provider.ts'
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
    const held = view.get(intent.owner.uid)
    const rest = held === undefined ? undefined : this.#rests.get(held)
    const { settings, backends } = intent.want
    return rest !== undefined && rest.settings === settings && rest.ports === backends.ports && rest.nodes === nodesOf(intent.want)
  }

  /** For those whose wish is met in full. Members of a share group are never at rest, as the group may move; nor is who still serves an old address. */
  remember({ owner, want }: WantIntent, { held, target }: Seat, view: LocalView): void {
    const parts = view.get(owner.uid)
    const isMet = held.length === target.length && held.every((part, i) => part === target[i] && !part.lingers)
    if (parts === undefined || !isMet || want.settings.share !== undefined) return
    this.#rests.set(parts, { settings: want.settings, ports: want.backends.ports, nodes: nodesOf(want) })
  }
}

function nodesOf({ settings, backends }: Desired<unknown>): NodeSet | undefined {
  return settings.targets === 'nodes' ? backends.nodes : undefined
}
