/**
 * A cloud of the Azure kind in memory, with rules of its own: a document in which all Services of a Stack have their listeners, an address object for
 * each Service, and groups of nodes with ids that it assigns. What it is told beside its rules (refusals, delays, stale listings) is for tests.
 */
import { CloudError } from '../../src/provider/cloud-error.ts'
import type { StackId, TargetHealth } from '../../src/provider/provider.ts'
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
}

type Documents = Record<StackId, Document>

interface State {
  addresses: Record<string, Address>
  documents: Documents
  groups: Record<string, Group>
}

export function inMemoryCloud(options: InMemoryCloudOptions = {}): InMemoryCloud {
  return new InMemoryCloud(options)
}

export class InMemoryCloud {
  readonly journal = new Journal()
  /** Addresses that belong to somebody else, by name. Nobody may touch them. */
  readonly foreign: Record<string, string> = { 'somebody-elses': '198.51.100.200' }
  /** The cloud's answer to a step beside its rules: a refusal, or nothing. Asked at each write. */
  answer: (step: InMemoryStep) => CloudError | undefined = () => undefined
  /** Whether a node answers a health check on this port. */
  isHealthy: (node: string, port: number) => boolean = () => true
  /** What health checks found out about a pod that is registered: `10.1.0.1:8080`. */
  judge: (target: string) => Pick<TargetHealth, 'state' | 'because'> = () => ({ state: 'healthy', because: '' })
  /** Listings show the state of so many writes ago. */
  listingLag = 0
  readonly #options: Required<InMemoryCloudOptions>
  #state: State = { addresses: {}, documents: {}, groups: {} }
  readonly #history: State[] = []
  readonly #provisioning = new Map<string, number>()
  #ids = 0

  constructor({ poolSize = 60_000, limit = 100_000, provisioningReads = 0 }: InMemoryCloudOptions) {
    this.#options = { poolSize, limit, provisioningReads }
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
      rules: rules.toSorted((a, b) => compare(`${a.owner} ${a.port} ${a.protocol} ${a.address}`, `${b.owner} ${b.port} ${b.protocol} ${b.address}`)),
      documents: Object.keys(documents).toSorted(),
      groups: Object.fromEntries(Object.values(groups).map(({ name, nodes }) => [name, nodes])),
      foreign: this.foreign,
    }
  }

  get rules(): readonly Rule[] {
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
    return deliver(packet, { addresses, groups, rules: this.rules, isHealthy: this.isHealthy })
  }

  /** Damage done by hand. */
  replaceRules(stack: StackId, change: (rules: readonly Rule[]) => readonly Rule[]): void {
    const document = this.#state.documents[stack]
    if (document !== undefined) this.#state.documents[stack] = { ...document, etag: ++this.#ids, rules: change(document.rules) }
    this.journal.onWritten()
  }

  // What the provider calls.

  list(): Promise<readonly (readonly [StackId, View])[]> {
    return this.journal.read('inventory', () => {
      const state = this.listingLag === 0 ? this.#state : (this.#history.at(-1 - this.listingLag) ?? { addresses: {}, documents: {}, groups: {} })
      const stacks = new Set([...Object.values(state.addresses).map(({ stack }) => stack), ...Object.keys(state.documents)])
      const listed = [...stacks].toSorted(compare).map((stack) => [stack, withoutLimit(viewOf(state, stack))] as const)
      return Object.keys(state.groups).length === 0 ? listed : [...listed, [BASE, viewOf(state, BASE)] as const]
    })
  }

  observe(stack: StackId): Promise<View> {
    return this.journal.read(`observe ${stack}`, () => {
      for (const { name, stack: home } of Object.values(this.#state.addresses)) if (home === stack) this.#lookAt(name)
      const view = viewOf(this.#state, stack)
      return view.document === undefined ? view : { ...view, document: { ...view.document, limit: this.#options.limit } }
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
      return (addresses[name] = { name, stack, ip: chosen, isRequested, state: isReady ? 'ready' : 'provisioning', ...(owner === undefined ? {} : { owner }) })
    })
  }

  deleteAddress(step: InMemoryStep): Promise<void> {
    return this.#write(step, ({ addresses }) => {
      if (step.key in this.foreign) throw new Error(`the provider touches what is not its own: ${step.key}`)
      if (this.rules.some(({ address }) => address === step.key)) throw refusal('Refused', `address ${step.key} is in use`)
      delete addresses[step.key]
    })
  }

  putDocument(step: PutDocument, known: Document | undefined): Promise<Document> {
    return this.#write(step, ({ documents }) => {
      this.#requireFresh(step.key, known?.etag)
      if (known !== undefined && known.limit === undefined) throw new Error('a document is written without what was not read of it')
      this.#check(step.key, step.rules)
      return (documents[step.key] = { stack: step.key, etag: ++this.#ids, rules: structuredClone(step.rules), limit: this.#options.limit })
    })
  }

  deleteDocument(step: InMemoryStep, etag: number | undefined): Promise<void> {
    return this.#write(step, ({ documents }) => {
      this.#requireFresh(step.key, etag)
      delete documents[step.key]
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
      delete groups[step.key]
    })
  }

  #write<T>(step: InMemoryStep, change: (state: State) => T): Promise<T> {
    return this.journal.write(`${step.verb} ${step.kind} ${step.key}`, () => {
      const error = this.answer(step)
      if (error !== undefined) throw error
      return change(this.#state)
    })
  }

  #requireFresh(stack: StackId, etag: number | undefined): void {
    if (this.#state.documents[stack]?.etag === etag) return
    throw new CloudError('unclear', { reason: 'CloudUnavailable', publicMessage: 'the document was changed by somebody else' })
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

function viewOf({ addresses, documents, groups }: State, stack: StackId): View {
  if (stack === BASE) return { ...emptyView, groups }
  const own = Object.fromEntries(Object.entries(addresses).filter(([, address]) => address.stack === stack))
  const document = documents[stack]
  return { addresses: own, groups: {}, ...(document === undefined ? {} : { document }) }
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

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
