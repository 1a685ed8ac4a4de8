/**
 * A cloud of the Azure kind in memory, with rules of its own: a document in which all Services of a Stack have their listeners, an address object for
 * each Service, and groups of nodes with ids that it assigns. What it is given besides its rules (refusals, delays, stale listings) is for tests.
 */
import { compareText } from '../../src/model/order.ts'
import type { Owner } from '../../src/model/owner.ts'
import { CloudError } from '../../src/provider/cloud-error.ts'
import type { StackId, TargetHealth } from '../../src/provider/provider.ts'
import { counted, Documents, type Fate, type Operations, shownAs, type Stored } from './documents.ts'
import { Journal } from './journal.ts'
import { deliver, type Packet, type Verdict } from './oracle.ts'
import {
  type Address,
  BASE,
  type CreateAddress,
  type Document,
  emptyView,
  type Group,
  type InMemoryStep,
  type PutDocument,
  type PutGroup,
  type Rule,
  type View,
} from './view.ts'

export interface InMemoryCloudOptions {
  /** Addresses that it has to give. */
  readonly poolSize?: number
  /** Rules that one document may hold. */
  readonly limit?: number
  /** Reads that it takes until a new address is ready; 0: at once. */
  readonly provisioningReads?: number
  /** What it has room for of an owner: all, or the uid alone. Default all. */
  readonly ownersBy?: 'name' | 'uid'
  /** Documents are changed by operations that run for a while; absent: at once. */
  readonly operations?: Operations
}

interface State {
  addresses: Record<string, Address>
  documents: Record<StackId, Stored>
  groups: Record<string, Group>
}

export function inMemoryCloud(options: InMemoryCloudOptions = {}): InMemoryCloud {
  return new InMemoryCloud(options)
}

/** The document is refused because of one pod in it. */
export class TargetRefused extends CloudError {
  readonly target: string

  constructor(target: string, because: string) {
    super('refused', { reason: 'Refused', publicMessage: because })
    this.target = target
  }
}

export class InMemoryCloud {
  readonly journal = new Journal()
  /** Addresses that belong to somebody else, by name. Nobody may touch them. */
  readonly foreign: Record<string, string> = { 'somebody-elses': '198.51.100.200' }
  /** The cloud's answer to a step beside its rules: a refusal, or nothing. Asked at each write. */
  answer: (step: InMemoryStep) => CloudError | undefined = () => undefined
  /** Why a pod (`10.1.0.1:8080`) is not taken as a backend; undefined: it is. The document it stands in is refused as a whole. */
  refuseTarget: (target: string) => string | undefined = () => undefined
  /** Whether a node answers a health check on this port. */
  isHealthy: (node: string, port: number) => boolean = () => true
  /** What health checks found out about a pod that is registered: `10.1.0.1:8080`. */
  judge: (target: string) => Pick<TargetHealth, 'state' | 'because'> = () => ({ state: 'healthy', because: '' })
  /** Listings show the state of so many writes ago. */
  listingLag = 0
  readonly #options: Required<Omit<InMemoryCloudOptions, 'operations'>>
  /** Whether documents are changed by operations. */
  readonly hasOperations: boolean
  readonly #state: State = { addresses: {}, documents: {}, groups: {} }
  readonly #documents: Documents
  readonly #history: State[] = []
  readonly #provisioning = new Map<string, number>()
  #ids = 0

  constructor({ poolSize = 60_000, limit = 100_000, provisioningReads = 0, ownersBy = 'name', operations }: InMemoryCloudOptions) {
    this.#options = { poolSize, limit, provisioningReads, ownersBy }
    this.hasOperations = operations !== undefined
    this.#documents = new Documents(this.#state.documents, operations, () => ++this.#ids)
    this.journal.onWritten = () => void this.#history.push(structuredClone(this.#state))
  }

  /** All there is, ours and not ours, without what differs from run to run: for comparisons. */
  state(): unknown {
    const { addresses, documents, groups } = this.#state
    const rules = Object.values(documents)
      .flatMap((document) => document.rules)
      .map(({ owner, address, port, protocol, backends, sourceRanges }) => ({ owner: owner.uid, address, port, protocol, sourceRanges, to: shown(backends) }))
    return {
      addresses: Object.keys(addresses).toSorted(),
      rules: rules.toSorted((a, b) => compareText(`${a.owner} ${a.port} ${a.protocol} ${a.address}`, `${b.owner} ${b.port} ${b.protocol} ${b.address}`)),
      documents: Object.values(documents)
        .filter(holdsOurs)
        .map(({ stack }) => stack)
        .toSorted(),
      groups: Object.fromEntries(Object.values(groups).map(({ name, nodes }) => [name, nodes])),
      foreign: this.foreign,
    }
  }

  /** What is asked for; with operations it comes into force when they end. */
  get rules(): readonly Rule[] {
    this.#documents.advance()
    return Object.values(this.#state.documents).flatMap(({ rules }) => rules)
  }

  get addresses(): readonly Address[] {
    return Object.values(this.#state.addresses)
  }

  get groups(): readonly Group[] {
    return Object.values(this.#state.groups)
  }

  /** Which backend a packet reaches, or where and why it is dropped. */
  deliver(packet: Packet): Verdict {
    const { addresses, groups } = this.#state
    this.#documents.advance()
    return deliver(packet, { addresses, groups, rules: this.#inForce(), isHealthy: this.isHealthy })
  }

  /** Damage done by hand. */
  replaceRules(stack: StackId, change: (rules: readonly Rule[]) => readonly Rule[]): void {
    const document = this.#state.documents[stack]
    const rules = change(document?.rules ?? [])
    if (document !== undefined) this.#state.documents[stack] = { ...document, etag: ++this.#ids, rules, inForce: rules }
    this.journal.onWritten()
  }

  /** How the next operation on a document ends. */
  decideNext(fate: Fate): void {
    this.#documents.decide(fate)
  }

  /** Another writer changes its own part of a document, or begins to keep one there. */
  writeByOthers(stack: StackId): void {
    this.#documents.writtenByOthers(stack, counted)
  }

  /** What other writers keep in documents that we write too: as it is, and as they wrote it. */
  othersParts(): { readonly found: unknown; readonly expected: unknown } {
    this.#documents.advance()
    return this.#documents.othersParts()
  }

  // What the provider calls.

  list(): Promise<readonly (readonly [StackId, View])[]> {
    return this.journal.read('inventory', () => {
      this.#documents.advance()
      const state = this.listingLag === 0 ? this.#state : (this.#history.at(-1 - this.listingLag) ?? { addresses: {}, documents: {}, groups: {} })
      const ours = Object.values(state.documents).filter(holdsOurs)
      const stacks = new Set([...Object.values(state.addresses), ...ours].map(({ stack }) => stack))
      const { limit } = this.#options
      const listed = [...stacks].toSorted(compareText).map((stack) => [stack, withoutLimit(viewOf(state, stack, limit))] as const)
      return Object.keys(state.groups).length === 0 ? listed : [...listed, [BASE, viewOf(state, BASE, limit)] as const]
    })
  }

  observe(stack: StackId): Promise<View> {
    return this.journal.read(`observe ${stack}`, () => {
      this.#documents.advance()
      for (const { name, stack: home } of Object.values(this.#state.addresses)) if (home === stack) this.#lookAt(name)
      return viewOf(this.#state, stack, this.#options.limit)
    })
  }

  /** The document when its operation is over; undefined: it is gone. Throws as long as it runs, and where it did not succeed. */
  pollDocument(stack: StackId, id: number | undefined): Promise<Document | undefined> {
    return this.journal.read(`poll document ${stack}`, () => {
      this.#documents.advance()
      this.#documents.poll(stack, id)
      return this.#documents.shown(stack, this.#options.limit)
    })
  }

  readLimit(stack: StackId): Promise<number> {
    return this.journal.read(`read document ${stack}`, () => this.#options.limit)
  }

  health(stack: StackId, owners: ReadonlySet<string>): Promise<readonly TargetHealth[]> {
    return this.journal.read(`health ${stack}`, () => {
      const rules = (this.#state.documents[stack]?.rules ?? []).filter(({ owner }) => owners.has(owner.uid))
      return rules.flatMap(({ owner, port, protocol, backends }) =>
        (backends.kind === 'endpoints' ? backends.endpoints : []).map((target): TargetHealth => {
          const [ip = '', number = ''] = target.split(':')
          return { owner: owner.uid, listener: `${port}/${protocol}`, ip, port: Number(number), ...this.judge(target) }
        }),
      )
    })
  }

  /** Throws `later` as long as the address is not ready. */
  readAddress(name: string): Promise<Address> {
    return this.journal.read(`read address ${name}`, () => {
      this.#lookAt(name)
      const address = this.#state.addresses[name]
      if (address === undefined) throw refusal('Refused', `there is no address ${name}`)
      if (address.state === 'ready') return address
      throw new CloudError('later', { reason: 'Waiting', publicMessage: `address ${name} is being provisioned`, afterMs: 5_000 })
    })
  }

  createAddress(step: CreateAddress): Promise<Address> {
    return this.#write(step, ({ addresses }) => {
      const { name, stack, ip, owner } = step.address
      if (name in addresses) throw new CloudError('unclear', { reason: 'Refused', publicMessage: `address ${name} exists already` })
      const isRequested = ip !== undefined
      const chosen = ip ?? this.#freeIp()
      const holder =
        Object.values(addresses).find((address) => address.ip === chosen)?.name ?? Object.entries(this.foreign).find(([, held]) => held === chosen)?.[0]
      if (holder !== undefined) throw refusal('Conflict', `${chosen} belongs to ${holder}`)
      const isReady = this.#options.provisioningReads === 0
      if (!isReady) this.#provisioning.set(name, this.#options.provisioningReads)
      return (addresses[name] = {
        name,
        stack,
        ip: chosen,
        isRequested,
        state: isReady ? 'ready' : 'provisioning',
        ...(owner === undefined ? {} : { owner: this.#written(owner) }),
      })
    })
  }

  deleteAddress(step: InMemoryStep): Promise<void> {
    return this.#write(step, ({ addresses }) => {
      if (step.key in this.foreign) throw new Error(`the provider touches what is not its own: ${step.key}`)
      if (this.rules.some(({ address }) => address === step.key)) throw refusal('Refused', `address ${step.key} is in use`)
      if (this.#inForce().some(({ address }) => address === step.key)) throw stillUsed(`address ${step.key}`)
      delete addresses[step.key]
    })
  }

  /** The document as it will be, and the id of the operation that leads there. `known`: what was read of it, which is sent back. */
  putDocument({ key, ...step }: PutDocument, known: Document | undefined): Promise<{ readonly document: Document; readonly operation?: number }> {
    return this.#write({ ...step, key }, () => {
      this.#requireFresh(key, known?.etag)
      if (known !== undefined && known.limit === undefined) throw new Error('a document is written without what was not read of it')
      this.#check(key, step.rules)
      const rules = structuredClone(step.rules).map((rule) => ({ ...rule, owner: this.#written(rule.owner) }))
      this.#documents.put(key, rules, known?.others)
      const document = this.#documents.shown(key, this.#options.limit)
      if (document === undefined) throw new Error('a document that was written is not there')
      return { document, ...optionalId(this.#documents.runningId(key)) }
    })
  }

  /** As above; no document: it is gone already. */
  deleteDocument({ key, ...step }: InMemoryStep, etag: number | undefined): Promise<{ readonly document?: Document; readonly operation?: number }> {
    return this.#write({ key, ...step }, () => {
      this.#requireFresh(key, etag)
      this.#documents.delete(key)
      const document = this.#documents.shown(key, this.#options.limit)
      return document === undefined ? {} : { document, ...optionalId(this.#documents.runningId(key)) }
    })
  }

  putGroup(step: PutGroup): Promise<Group> {
    return this.#write(step, ({ groups }) => {
      const known = groups[step.key]
      if (step.verb === 'create' && known !== undefined)
        throw new CloudError('unclear', { reason: 'Refused', publicMessage: `group ${step.key} exists already` })
      return (groups[step.key] = { name: step.key, id: known?.id ?? `group-${++this.#ids}`, nodes: step.nodes })
    })
  }

  deleteGroup(step: InMemoryStep): Promise<void> {
    return this.#write(step, ({ groups }) => {
      if (this.rules.some(({ backends }) => backends.kind === 'group' && backends.group === step.key)) throw refusal('Refused', `group ${step.key} is in use`)
      if (this.#inForce().some(({ backends }) => backends.kind === 'group' && backends.group === step.key)) throw stillUsed(`group ${step.key}`)
      delete groups[step.key]
    })
  }

  #written(owner: Owner): Owner {
    return this.#options.ownersBy === 'uid' ? { uid: owner.uid } : owner
  }

  #inForce(): readonly Rule[] {
    return Object.values(this.#state.documents).flatMap(({ inForce }) => inForce)
  }

  #write<T>(step: InMemoryStep, change: (state: State) => T): Promise<T> {
    return this.journal.write(`${step.verb} ${step.kind} ${step.key}`, () => {
      const error = this.answer(step)
      if (error !== undefined) throw error
      this.#documents.advance()
      return change(this.#state)
    })
  }

  #requireFresh(stack: StackId, etag: number | undefined): void {
    if (this.#state.documents[stack]?.etag === etag) return
    throw new CloudError('stale', { reason: 'CloudUnavailable', publicMessage: 'the document was changed by another writer' })
  }

  #check(stack: StackId, rules: readonly Rule[]): void {
    if (rules.length > this.#options.limit) throw refusal('LimitReached', `a document holds at most ${this.#options.limit} rules`)
    const places = new Set<string>()
    for (const { address, port, protocol, backends, owner } of rules) {
      const held = this.#state.addresses[address]
      if (held === undefined || held.stack !== stack) throw refusal('Refused', `there is no address ${address}`)
      if (held.state !== 'ready')
        throw new CloudError('later', { reason: 'Waiting', publicMessage: `address ${address} is being provisioned`, blames: [owner.uid] })
      const place = `${address} ${port}/${protocol}`
      if (places.has(place)) throw refusal('Conflict', `two rules for ${place}`)
      places.add(place)
      for (const target of backends.kind === 'endpoints' ? backends.endpoints : []) {
        const because = this.refuseTarget(target)
        if (because !== undefined) throw new TargetRefused(target, because)
      }
      if (backends.kind === 'group' && this.#state.groups[backends.group]?.id !== backends.groupId)
        throw refusal('Refused', `there is no group ${backends.groupId}`)
    }
  }

  #lookAt(name: string): void {
    const address = this.#state.addresses[name]
    const left = this.#provisioning.get(name)
    if (address === undefined || left === undefined) return
    this.#provisioning.set(name, left - 1)
    if (left > 1) return
    this.#provisioning.delete(name)
    this.#state.addresses[name] = { ...address, state: 'ready' }
  }

  #freeIp(): string {
    const taken = new Set(this.addresses.map(({ ip }) => ip))
    for (let i = 1; i <= this.#options.poolSize; i++) {
      const ip = `203.0.${i >> 8}.${i & 255}`
      if (!taken.has(ip)) return ip
    }
    throw refusal('LimitReached', `all ${this.#options.poolSize} addresses are in use`)
  }
}

/** Others may keep something in a document that has nothing of ours. */
function holdsOurs({ rules, others, running }: Stored): boolean {
  return rules.length > 0 || others === undefined || running !== undefined
}

function optionalId(operation: number | undefined): { readonly operation?: number } {
  return operation === undefined ? {} : { operation }
}

function viewOf({ addresses, documents, groups }: State, stack: StackId, limit: number): View {
  if (stack === BASE) return { ...emptyView, groups }
  const own = Object.fromEntries(Object.entries(addresses).filter(([, address]) => address.stack === stack))
  const document = documents[stack]
  return { addresses: own, groups: {}, ...(document === undefined ? {} : { document: shownAs(document, limit) }) }
}

function withoutLimit(view: View): View {
  if (view.document === undefined) return view
  const { limit: _, ...document } = view.document
  return { ...view, document }
}

function shown(backends: Rule['backends']): unknown {
  return backends.kind === 'group' ? `${backends.group}:${backends.nodePort}` : backends.endpoints
}

function refusal(reason: 'Refused' | 'Conflict' | 'LimitReached', publicMessage: string): CloudError {
  return new CloudError('refused', { reason, publicMessage })
}

function stillUsed(what: string): CloudError {
  return new CloudError('later', { reason: 'Waiting', publicMessage: `${what} is still in use`, afterMs: 5_000 })
}
