/** The provider for the in-memory cloud. Strict: a core that breaks the contract meets an error that is no CloudError. */
import { compareText } from '../../src/model/order.ts'
import type { Owner } from '../../src/model/owner.ts'
import { FEATURES, type Capabilities, type Feature, type Support } from '../../src/provider/capabilities.ts'
import type { Fold, NodesReachedBy, Plan, Provider, RefusedBackend, StepAnswer } from '../../src/provider/provider.ts'
import { type AnnotationSet, NO_ANNOTATIONS } from '../../annotations/define.ts'
import { planBase } from './base.ts'
import { type InMemoryCloud, TargetRefused } from './cloud.ts'
import { frozen } from './journal.ts'
import { needsOf, stackOf } from './names.ts'
import { plan } from './plan.ts'
import { requireContract } from './strict.ts'
import { BASE, type Document, emptyView, type InMemoryStep, type PutDocument, type Rule, type View } from './view.ts'

export type InMemoryProvider = Provider<unknown, View, InMemoryStep>

export interface InMemoryProviderOptions {
  readonly annotations?: AnnotationSet<unknown>
  /** Whether each plan is made twice and held against the contract. Default true. */
  readonly plansTwice?: boolean
  /** Default `nodePort`. */
  readonly nodesReachedBy?: NodesReachedBy
}

const NO: Partial<Record<Feature, string>> = {
  sctp: 'the in-memory cloud knows TCP and UDP',
  ipv6: 'the in-memory cloud knows IPv4',
  'dual-stack': 'the in-memory cloud knows IPv4',
  tls: 'the in-memory cloud ends no TLS',
}

export function inMemoryProvider(
  cloud: InMemoryCloud,
  { annotations = NO_ANNOTATIONS, plansTwice = true, nodesReachedBy = 'nodePort' }: InMemoryProviderOptions = {},
): InMemoryProvider {
  return {
    name: 'memory',
    calledAs: 'the cloud in memory',
    capabilities: capabilities(),
    annotations,
    defaultTargets: 'nodes',
    nodesReachedBy,
    stackOf: (_, { settings }) => stackOf(settings),
    moves: { claims: ({ settings }) => settings.addresses.map((ip) => `address ${ip}`), holds },
    depth: { merge },
    isEmpty: ({ addresses, document, groups }) => !isOurs(document) && Object.keys(addresses).length + Object.keys(groups).length === 0,
    async *inventory() {
      yield* await cloud.list()
    },
    observe: (stack) => cloud.observe(stack),
    health: { pods: (view, owners) => (view.document === undefined ? Promise.resolve([]) : cloud.health(view.document.stack, owners)) },
    owners(view) {
      const owners = new Map<string, Owner>()
      for (const { owner } of [...Object.values(view.addresses), ...rulesOf(view)]) if (owner !== undefined) owners.set(owner.uid, owner)
      return [...owners.values()]
    },
    plan(intents, view, base = emptyView) {
      const make = (): Plan<InMemoryStep> => plan(intents, view, { base, nodesReachedBy, hasOperations: cloud.hasOperations })
      const first = make()
      if (plansTwice) requireContract(intents, view, first, make)
      return first
    },
    apply: (step, view, base) => apply(cloud, step, view, base),
    status(view, { uid }) {
      const ip = view.addresses[currentAddress(view, uid) ?? '']?.ip
      return { places: ip === undefined ? [] : [{ ip, ipMode: 'VIP' }] }
    },
    parts,
    base: {
      stack: BASE,
      needs: needsOf,
      uses: groupsOf,
      lacks: (base, need) => (need in base.groups ? undefined : `there is no ${need} yet`),
      plan: planBase,
      grown(base, steps) {
        const groups = steps.flatMap((step) =>
          step.kind === 'group' && 'nodes' in step ? [[step.key, { name: step.key, id: 'group-to-come', nodes: step.nodes }] as const] : [],
        )
        return { ...base, groups: { ...base.groups, ...Object.fromEntries(groups) } }
      },
    },
  }
}

function parts(view: View, { uid }: Owner): readonly string[] {
  const addresses = Object.values(view.addresses).flatMap(({ name, owner }) => (owner?.uid === uid ? [`address ${name}`] : []))
  const rules = rulesOf(view).flatMap(({ owner, address, port, protocol }) => (owner.uid === uid ? [`rule ${address} ${port}/${protocol}`] : []))
  return [...addresses, ...rules].toSorted(compareText)
}

function holds(view: View, { uid }: Owner): readonly string[] {
  return Object.values(view.addresses)
    .filter(
      ({ isRequested, owner, name }) => isRequested && (owner?.uid === uid || rulesOf(view).some((rule) => rule.address === name && rule.owner.uid === uid)),
    )
    .map(({ ip }) => `address ${ip}`)
}

/** What no listing shows of a document stays known for as long as its etag is the same. */
function merge(known: View, listed: View): View {
  if (known.document === undefined || listed.document?.etag !== known.document.etag) return listed
  const { limit, operation } = known.document
  return { ...listed, document: { ...listed.document, ...(limit === undefined ? {} : { limit }), ...(operation === undefined ? {} : { operation }) } }
}

/** What an operation takes away is in use until it ends. */
function groupsOf(view: View): readonly string[] {
  const groups = new Set(view.document?.operation?.groups)
  for (const { backends } of rulesOf(view)) if (backends.kind === 'group') groups.add(backends.group)
  return [...groups]
}

/** The name of the address at which an owner is served: while its part is changing, the one from before. */
function currentAddress(view: View, uid: string): string | undefined {
  const operation = view.document?.operation
  if (operation?.of?.includes(uid) === true) return operation.before?.[uid]
  return addressesByOwner(rulesOf(view)).get(uid)
}

/** Read once for each document: the provider is asked for each of its owners after every turn. */
const knownAddresses = new WeakMap<readonly Rule[], ReadonlyMap<string, string>>()

function addressesByOwner(rules: readonly Rule[]): ReadonlyMap<string, string> {
  const known = knownAddresses.get(rules)
  if (known !== undefined) return known
  // Of several rules of an owner the first one counts.
  const addresses = new Map(rules.flatMap((rule) => (rule.isLingering === true ? [] : [[rule.owner.uid, rule.address] as const])).toReversed())
  knownAddresses.set(rules, addresses)
  return addresses
}

/** Others may keep something in a document that has nothing of ours. */
function isOurs(document: Document | undefined): boolean {
  return document !== undefined && (document.rules.length > 0 || document.others === undefined || document.operation !== undefined)
}

async function apply(cloud: InMemoryCloud, step: InMemoryStep, view: View, base: View | undefined): Promise<StepAnswer<View>> {
  const { kind, key } = step
  switch (kind) {
    case 'address': {
      if (step.verb === 'delete') {
        await cloud.deleteAddress(step)
        return (now) => ({ ...now, addresses: without(now.addresses, key) })
      }
      const address = step.verb === 'create' ? await cloud.createAddress(step) : await cloud.readAddress(key)
      return (now) => ({ ...now, addresses: { ...now.addresses, [key]: address } })
    }
    case 'document': {
      if ('rules' in step) {
        requireFreshIds(step.rules, base)
        return putDocument(cloud, step, view)
      }
      if (step.verb === 'delete') {
        const { document, operation } = await cloud.deleteDocument(step, view.document?.etag)
        return withDocument(document && withOperation(document, operation, step, view))
      }
      return withDocument(await cloud.pollDocument(key, view.document?.operation?.id))
    }
    case 'limit': {
      const limit = await cloud.readLimit(key)
      return (now) => (now.document === undefined ? now : { ...now, document: { ...now.document, limit } })
    }
    case 'group': {
      if (step.verb === 'delete') {
        await cloud.deleteGroup(step)
        return (now) => ({ ...now, groups: without(now.groups, key) })
      }
      const group = await cloud.putGroup(step)
      return (now) => ({ ...now, groups: { ...now.groups, [key]: group } })
    }
    default:
      return kind satisfies never
  }
}

/** Pods that the cloud does not take are left out, and named. */
async function putDocument(cloud: InMemoryCloud, step: PutDocument, view: View): Promise<StepAnswer<View>> {
  const refused: RefusedBackend[] = []
  for (let { rules } = step; ;) {
    try {
      const { document, operation } = await cloud.putDocument({ ...step, rules }, view.document)
      return { fold: withDocument(withOperation(document, operation, step, view)), refused }
    } catch (error) {
      if (!(error instanceof TargetRefused)) throw error
      const { target, publicMessage } = error
      refused.push(...rules.flatMap((rule) => refusedIn(rule, target, publicMessage)))
      rules = rules.map((rule) => withoutTarget(rule, target))
    }
  }
}

function withDocument(document: Document | undefined): Fold<View> {
  return ({ addresses, groups }) => ({ addresses, groups, ...(document === undefined ? {} : { document }) })
}

/** What the operation changes, with what an earlier one that it contains has not finished. */
function withOperation(document: Document, id: number | undefined, { serves }: InMemoryStep, view: View): Document {
  if (id === undefined) return document
  const earlier = view.document?.operation
  const groups = groupsOf(view)
  if (earlier !== undefined && earlier.of === undefined) return { ...document, operation: { id, groups } }
  const of = [...new Set([...(earlier?.of ?? []), ...serves.map(({ uid }) => uid)])]
  const before = Object.fromEntries(of.flatMap((uid) => [currentAddress(view, uid)].flatMap((name) => (name === undefined ? [] : [[uid, name]]))))
  return { ...document, operation: { id, of, before, groups } }
}

function refusedIn({ owner, port, protocol, backends }: Rule, target: string, because: string): readonly RefusedBackend[] {
  if (backends.kind === 'group' || !backends.endpoints.includes(target)) return []
  const [ip = '', number = ''] = target.split(':')
  return [{ owner: owner.uid, listener: `${port}/${protocol}`, backend: { ip, port: Number(number) }, reason: 'Refused', because }]
}

function withoutTarget(rule: Rule, target: string): Rule {
  if (rule.backends.kind === 'group' || !rule.backends.endpoints.includes(target)) return rule
  return { ...rule, backends: { kind: 'endpoints', endpoints: rule.backends.endpoints.filter((one) => one !== target) } }
}

function requireFreshIds(rules: readonly Rule[], base: View | undefined): void {
  for (const { backends } of rules) {
    const known = backends.kind === 'group' ? base?.groups[backends.group]?.id : undefined
    if (backends.kind === 'group' && known !== undefined && known !== backends.groupId) throw new Error(`a step on a stale id: ${backends.groupId}`)
  }
}

function rulesOf(view: View): readonly Rule[] {
  return view.document?.rules ?? []
}

function capabilities(): Capabilities {
  const features = Object.keys(FEATURES) as Feature[]
  const support = (feature: Feature): Support => {
    const because = NO[feature]
    return because === undefined ? { supported: true } : { supported: false, because }
  }
  return frozen(Object.fromEntries(features.map((feature) => [feature, support(feature)])) as Record<Feature, Support>)
}

function without<T>(record: Readonly<Record<string, T>>, name: string): Record<string, T> {
  const { [name]: _, ...rest } = record
  return rest
}
