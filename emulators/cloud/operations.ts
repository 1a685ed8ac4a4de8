/**
 * Long-running operations, as Azure and Google Cloud answer writes with them: begun by a call, and over when the cloud's time has come that far. Nothing runs
 * in the background: `settle` does what is due, and an emulator calls it before each request that it answers.
 */
import type { CloudClock } from './clock.ts'
import { type Arming, FaultList } from './fault-list.ts'

/** What an operation that failed or was cancelled says. */
export interface Failure {
  readonly code: string
  readonly message: string
  /** The HTTP status that belongs to it. Default: the cloud's own choice. */
  readonly status?: number
}

export interface Operation {
  readonly id: string
  /** The document it changes. */
  readonly document: string
  /** `insert`, `PutLoadBalancerOperation`: in the cloud's own words. */
  readonly kind: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  /** When it is over, was over or would have been. */
  readonly endsAt: number
  readonly status: 'running' | 'succeeded' | 'failed' | 'canceled'
  readonly failure?: Failure
  /** The newer operation that took its place. */
  readonly supersededBy?: string
}

export interface Begun {
  readonly document: string
  readonly kind: string
  /** How long it takes, in milliseconds of the cloud's time. 0: it is over at once. */
  readonly ms: number
  /** What it does when its time has come, in this order. One that throws ends it as failed; what was done before stays. */
  readonly effects: readonly (() => void)[]
  /**
   * What an operation that still runs on this document means for this one. `supersede`: the older one is cancelled, and its effects never happen (an Azure load
   * balancer). `refuse`: `Busy` is thrown (an Azure subnet, most of Google Cloud). `parallel`: both run (Google Cloud too, for some). Default `parallel`.
   */
  readonly whenBusy?: 'supersede' | 'refuse' | 'parallel'
  /** The client's own name for the request (Google Cloud's `requestId`): the operation of an earlier request of this name is the answer, however it ended. */
  readonly requestId?: string | undefined
}

/** An operation that is to fail. */
export interface OperationFault extends Arming {
  /** What is left out matches all. */
  readonly match?: { readonly document?: string; readonly kind?: string }
  readonly failure: Failure
  /** How many of its effects happen before it fails. Default 0. */
  readonly afterEffects?: number
  /** `canceled` instead of `failed`. */
  readonly as?: 'canceled'
}

/** Thrown by `begin` when another operation runs on the document. */
export class Busy extends Error {
  override readonly name = 'Busy'
  readonly running: Operation

  constructor(running: Operation) {
    super(`${running.kind} ${running.id} is changing ${running.document}`)
    this.running = running
  }
}

/** Thrown by an effect: the operation ends as failed, with this failure. */
export class OperationFailed extends Error {
  override readonly name = 'OperationFailed'
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

interface Entry {
  operation: Operation
  readonly effects: readonly (() => void)[]
  readonly fault: OperationFault | undefined
}

export class Operations {
  /** Operations that are to fail, decided when they begin. */
  readonly faults = new FaultList<OperationFault, Pick<Begun, 'document' | 'kind'>>(
    ({ match = {} }, { document, kind }) => (match.document ?? document) === document && (match.kind ?? kind) === kind,
  )
  readonly #clock: CloudClock
  readonly #nameOf: (number: number) => string
  readonly #entries = new Map<string, Entry>()
  readonly #running = new Set<Entry>()
  readonly #requests = new Map<string, string>()

  /** `nameOf`: the id of the n-th operation, from 1 on. */
  constructor(clock: CloudClock, nameOf: (number: number) => string = (number) => `operation-${number}`) {
    this.#clock = clock
    this.#nameOf = nameOf
  }

  /** Begins one, and ends it at once where it takes no time. Throws `Busy`. */
  begin(asked: Begun): Operation {
    this.settle()
    const known = asked.requestId === undefined ? undefined : this.#requests.get(asked.requestId)
    if (known !== undefined) return this.#known(known).operation
    const { document, kind, effects, whenBusy = 'parallel' } = asked
    const running = this.running(document)
    if (whenBusy === 'refuse' && running[0] !== undefined) throw new Busy(running[0])
    const id = this.#nameOf(this.#entries.size + 1)
    if (whenBusy === 'supersede') {
      for (const older of running) this.#end(older.id, { status: 'canceled', failure: supersededBy(older, kind, id), supersededBy: id })
    }
    const now = this.#clock.now()
    const operation: Operation = { id, document, kind, startedAt: now, endsAt: now + asked.ms, status: 'running' }
    const entry: Entry = { operation, effects, fault: this.faults.next(asked) }
    this.#entries.set(id, entry)
    this.#running.add(entry)
    if (asked.requestId !== undefined) this.#requests.set(asked.requestId, id)
    this.settle()
    return this.#known(id).operation
  }

  /** How it stands now. Undefined: there is none of this id. */
  get(id: string): Operation | undefined {
    this.settle()
    return this.settled.get(id)
  }

  /** The operation that an earlier request of this name began. */
  answering(requestId: string): Operation | undefined {
    const id = this.#requests.get(requestId)
    return id === undefined ? undefined : this.get(id)
  }

  /** All there ever were, the oldest first. */
  get all(): readonly Operation[] {
    this.settle()
    return [...this.#entries.values()].map(({ operation }) => operation)
  }

  /** Those that still run on a document, the oldest first: it shows `Updating` meanwhile. */
  running(document: string): readonly Operation[] {
    this.settle()
    return this.settled.running(document)
  }

  /** As they stood when the time was last looked at: what is shown of a document has to agree with the effects that have happened to it. */
  get settled(): Pick<Operations, 'get' | 'running'> {
    return {
      get: (id) => this.#entries.get(id)?.operation,
      running: (document) => [...this.#running].map(({ operation }) => operation).filter((one) => one.document === document),
    }
  }

  /** Ends one that still runs; its effects never happen. */
  cancel(id: string, failure: Failure): void {
    this.settle()
    if (this.#entries.get(id)?.operation.status === 'running') this.#end(id, { status: 'canceled', failure })
  }

  /** Does what is due by now, in the order in which it became due. */
  settle(): void {
    const now = this.#clock.now()
    const due = [...this.#running].filter(({ operation }) => operation.endsAt <= now).toSorted((a, b) => a.operation.endsAt - b.operation.endsAt)
    // An effect may settle too, or cancel another.
    for (const entry of due) if (this.#running.has(entry)) this.#finish(entry)
  }

  #finish({ operation: { id }, effects, fault }: Entry): void {
    // Over before its effects run: one that asks for operations does not find it due again.
    this.#end(id, fault === undefined ? { status: 'succeeded' } : { status: fault.as ?? 'failed', failure: fault.failure })
    try {
      for (const effect of fault === undefined ? effects : effects.slice(0, fault.afterEffects ?? 0)) effect()
    } catch (error) {
      if (!(error instanceof OperationFailed)) throw error
      this.#end(id, { status: 'failed', failure: error.failure })
    }
  }

  #end(id: string, how: Pick<Operation, 'status' | 'failure' | 'supersededBy'>): void {
    const entry = this.#known(id)
    entry.operation = { ...entry.operation, ...how }
    this.#running.delete(entry)
  }

  #known(id: string): Entry {
    const entry = this.#entries.get(id)
    if (entry === undefined) throw new Error(`there is no operation ${id}`)
    return entry
  }
}

/** As Azure says it; recorded by users of cloud-provider-azure. */
function supersededBy(older: Operation, kind: string, id: string): Failure {
  return {
    code: 'CanceledAndSupersededDueToAnotherOperation',
    message: `Operation ${older.kind} (${older.id}) was canceled and superseded by operation ${kind} (${id}).`,
  }
}
