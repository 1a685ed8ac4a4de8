/**
 * Documents that a cloud changes at once, or by operations that run for a while: what is asked for, what is in force meanwhile, and what others keep in the
 * same document. Besides its rules it is set how the next operation ends.
 */
import { CloudError } from '../../src/provider/cloud-error.ts'
import type { StackId } from '../../src/provider/provider.ts'
import type { Document, Rule } from './view.ts'

export interface Operations {
  /** How long one runs, in milliseconds. */
  readonly ms: number
  readonly clock: { now(): number }
}

/** How an operation ends. `fails halfway`: a half of what it changes has come into force. `superseded`: another writer replaced what it was to do. */
export type Fate = 'succeeds' | 'fails halfway' | 'fails' | 'canceled' | 'superseded'

interface Running {
  readonly id: number
  readonly endsAt: number
  readonly fate: Fate
  /** The document goes when it ends. */
  readonly isDeletion: boolean
}

export interface Stored {
  readonly stack: StackId
  readonly etag: number
  /** What is asked for. */
  readonly rules: readonly Rule[]
  /** What packets meet. */
  readonly inForce: readonly Rule[]
  /** Children and fields of other writers, as they were sent. */
  readonly others?: string
  readonly running?: Running
}

export class Documents {
  /** By Stack. Plain data, so that a listing may show an earlier state. */
  readonly stored: Record<StackId, Stored>
  readonly #operations: Operations | undefined
  readonly #nextId: () => number
  readonly #ended = new Map<number, Fate>()
  /** What other writers have last written, by Stack. */
  readonly #othersWrote = new Map<StackId, string>()
  #nextFate: Fate = 'succeeds'

  constructor(stored: Record<StackId, Stored>, operations: Operations | undefined, nextId: () => number) {
    this.stored = stored
    this.#operations = operations
    this.#nextId = nextId
  }

  /** The next operation ends so. */
  decide(fate: Fate): void {
    this.#nextFate = fate
  }

  /** Another writer changes what is its own in the document, or begins to keep something there. What we asked for stays. */
  writtenByOthers(stack: StackId, change: (before: unknown) => unknown): void {
    this.advance()
    const before = this.stored[stack]
    const others = JSON.stringify(change(before?.others === undefined ? undefined : JSON.parse(before.others)))
    this.#othersWrote.set(stack, others)
    const known = before ?? { stack, rules: [], inForce: [] }
    this.stored[stack] = { ...known, others, etag: this.#nextId() }
  }

  /** What other writers keep in our documents, as it is and as they wrote it. */
  othersParts(): { readonly found: unknown; readonly expected: unknown } {
    const expected = Object.fromEntries(this.#othersWrote)
    return { found: Object.fromEntries(Object.keys(expected).map((stack) => [stack, this.stored[stack]?.others])), expected }
  }

  /** Operations whose time is over end. */
  advance(): void {
    const now = this.#operations?.clock.now() ?? 0
    for (const document of Object.values(this.stored))
      if (document.running !== undefined && document.running.endsAt <= now) this.#end(document, document.running)
  }

  put(stack: StackId, rules: readonly Rule[], others: string | undefined): void {
    const inForce = this.#begun(stack)
    const running = this.#start(false)
    const etag = this.#nextId()
    const document = { stack, etag, rules, inForce: running === undefined ? rules : inForce, ...(others === undefined ? {} : { others }) }
    this.stored[stack] = running === undefined ? document : { ...document, running }
  }

  delete(stack: StackId): void {
    const before = this.stored[stack]
    if (before?.others !== undefined) throw new Error('the provider deletes a document in which others keep something')
    const inForce = this.#begun(stack)
    const running = this.#start(true)
    if (running === undefined) delete this.stored[stack]
    else this.stored[stack] = { stack, etag: this.#nextId(), rules: [], inForce, running }
  }

  /** How an operation stands; without an id, what the document shows of one. Throws `later` while it runs. */
  poll(stack: StackId, id: number | undefined): void {
    const running = this.stored[stack]?.running
    const ended = id === undefined ? undefined : this.#ended.get(id)
    if (running !== undefined && ended === undefined) {
      const afterMs = Math.min(5_000, running.endsAt - (this.#operations?.clock.now() ?? 0))
      throw new CloudError('later', { reason: 'Progressing', publicMessage: 'the document is being updated', afterMs })
    }
    if (ended === 'fails' || ended === 'fails halfway')
      throw new CloudError('refused', { reason: 'Refused', publicMessage: 'the operation failed', mayHaveEffect: true })
    if (ended === 'superseded' || ended === 'canceled')
      throw new CloudError('stale', { reason: 'CloudUnavailable', publicMessage: 'another writer has changed the document' })
  }

  /** As the cloud shows it. That an operation is under way can be seen, but not what it changes. */
  shown(stack: StackId, limit: number): Document | undefined {
    const document = this.stored[stack]
    return document === undefined ? undefined : shownAs(document, limit)
  }

  /** Whose id the cloud answers a change with. */
  runningId(stack: StackId): number | undefined {
    return this.stored[stack]?.running?.id
  }

  /** A change begins: one that runs is superseded. Answers what is in force until it ends. */
  #begun(stack: StackId): readonly Rule[] {
    const before = this.stored[stack]
    if (before?.running !== undefined) this.#ended.set(before.running.id, 'superseded')
    return before?.inForce ?? []
  }

  #start(isDeletion: boolean): Running | undefined {
    if (this.#operations === undefined) return undefined
    const { ms, clock } = this.#operations
    const fate = this.#nextFate
    this.#nextFate = 'succeeds'
    return { id: this.#nextId(), endsAt: clock.now() + ms, fate, isDeletion }
  }

  #end(document: Stored, { id, fate, isDeletion }: Running): void {
    const { running: _, ...rest } = document
    this.#ended.set(id, fate)
    const rules = fate === 'succeeds' ? document.rules : fate === 'fails halfway' ? halfway(document) : document.inForce
    if (isDeletion && fate === 'succeeds') delete this.stored[document.stack]
    else this.stored[document.stack] = { ...rest, rules, inForce: rules, etag: this.#nextId() }
    if (fate === 'superseded') this.writtenByOthers(document.stack, counted)
  }
}

/** Another writer's part after one more change. */
export function counted(before: unknown): unknown {
  const changes = typeof before === 'object' && before !== null && 'changes' in before ? Number(before.changes) : 0
  return { name: 'not-of-this-cluster', 'x-unknown': { keep: ['as', 'it', 'is', 1.5, null] }, changes: changes + 1 }
}

/** The first half of the owners whose rules change has the new ones. */
function halfway({ rules, inForce }: Stored): readonly Rule[] {
  const text = (of: readonly Rule[], uid: string): string => JSON.stringify(of.filter(({ owner }) => owner.uid === uid))
  const owners = [...new Set([...inForce, ...rules].map(({ owner }) => owner.uid))]
  const changed = owners.filter((uid) => text(rules, uid) !== text(inForce, uid))
  const done = new Set(changed.slice(0, Math.floor(changed.length / 2)))
  const isNew = ({ owner }: Rule): boolean => done.has(owner.uid)
  return [...inForce.filter((rule) => !isNew(rule)), ...rules.filter(isNew)]
}

/** As a reader sees it. */
export function shownAs({ stack, etag, rules, others, running }: Stored, limit: number): Document {
  return { stack, etag, rules, limit, ...(others === undefined ? {} : { others }), ...(running === undefined ? {} : { operation: {} }) }
}
