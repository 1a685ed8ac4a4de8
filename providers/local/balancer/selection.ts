/** Which backend gets the next client: source ranges, affinity, scheduler, in this order, by the rule of the moment. It dials none. */
import { AffinityTable } from './affinity.ts'
import type { Backend } from './backend.ts'
import { Backends, type BackendsHost } from './backends.ts'
import type { Rule } from './data-plane.ts'
import { type Call, type Choose, createScheduler } from './scheduler.ts'
import type { Shared } from './shared.ts'
import type { Admits } from './source-ranges.ts'

/** Whose clients they are. */
export interface SelectionHost extends BackendsHost {
  readonly shared: BackendsHost['shared'] & Pick<Shared, 'random' | 'limits' | 'ranges'>
}

export class Selection {
  readonly backends: Backends
  readonly #host: SelectionHost
  #rule: Rule
  #choose: Choose
  #affinity: AffinityTable<Backend> | undefined
  #admits: Admits

  constructor(rule: Rule, host: SelectionHost) {
    this.#host = host
    this.#rule = rule
    this.backends = new Backends(host)
    this.#choose = createScheduler(rule.scheduler, host.shared.random)
    this.#admits = host.shared.ranges.of(rule.sourceRanges)
    this.#affinity = this.#affinityFor(rule)
    this.backends.follow(rule)
  }

  /** Goes by another rule from now on. Answers whether there may be clients that are not admitted any more. */
  follow(rule: Rule): boolean {
    const before = this.#rule
    if (rule.scheduler !== before.scheduler) this.#choose = createScheduler(rule.scheduler, this.#host.shared.random)
    const rangesChanged = !sameRanges(rule.sourceRanges, before.sourceRanges)
    if (rangesChanged) this.#admits = this.#host.shared.ranges.of(rule.sourceRanges)
    this.#affinity = this.#affinityFor(rule)
    this.#rule = rule
    const left = this.backends.follow(rule)
    if (left.length > 0) this.#affinity?.forget((backend) => backend.draining)
    return rangesChanged
  }

  /** Whether the client's address has to be known for a choice: asking a socket for it costs a system call. */
  get needsSource(): boolean {
    return this.#affinity !== undefined || this.#rule.sourceRanges !== undefined || this.#rule.scheduler === 'sh'
  }

  admits(client: string): boolean {
    return this.#admits(client)
  }

  /** The backend for a new connection; undefined when there is none that was not tried yet. */
  choose(call: Call, tried?: ReadonlySet<Backend>): Backend | undefined {
    const usable = this.backends.usable()
    const candidates = tried === undefined ? usable : usable.filter((backend) => !tried.has(backend))
    if (this.#affinity === undefined) return this.#choose(candidates, call)
    const now = this.#host.shared.clock.now()
    const known = this.#affinity.find(call.source, now)
    const chosen = known !== undefined && candidates.includes(known) ? known : this.#choose(candidates, call)
    if (chosen !== undefined) this.#affinity.remember(call.source, chosen, now)
    return chosen
  }

  #affinityFor({ affinity }: Rule): AffinityTable<Backend> | undefined {
    if (affinity.kind === 'none') return undefined
    const { clock, limits } = this.#host.shared
    const timeoutMs = affinity.timeoutSeconds * 1_000
    const table = this.#affinity
    if (table === undefined) return new AffinityTable(timeoutMs, limits.maxAffinityClients)
    const before = this.#rule.affinity
    return before.kind === 'client-ip' && before.timeoutSeconds === affinity.timeoutSeconds ? table : table.withTimeout(timeoutMs, clock.now())
  }
}

function sameRanges(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.length === b.length && a.every((range, i) => range === b[i]))
}
