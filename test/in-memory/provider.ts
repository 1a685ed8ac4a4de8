/** The provider for the in-memory cloud. Strict: a core that breaks the contract meets an error that is no CloudError. */
import type { Owner } from '../../src/model/owner.ts'
import { FEATURES, type Capabilities, type Feature, type Support } from '../../src/provider/capabilities.ts'
import type { Fold, Intent, Plan, Provider } from '../../src/provider/provider.ts'
import { type AnnotationSet, NO_ANNOTATIONS } from '../../annotations/define.ts'
import { planBase } from './base.ts'
import type { InMemoryCloud } from './cloud.ts'
import { frozen } from './journal.ts'
import { needsOf, stackOf } from './names.ts'
import { plan } from './plan.ts'
import { requireContract } from './strict.ts'
import { BASE, emptyView, type InMemoryStep, type Rule, type View } from './view.ts'

export type InMemoryProvider = Provider<unknown, View, InMemoryStep>

export interface InMemoryProviderOptions {
  readonly annotations?: AnnotationSet<unknown>
}

const NO: Partial<Record<Feature, string>> = {
  sctp: 'the in-memory cloud knows TCP and UDP',
  ipv6: 'the in-memory cloud knows IPv4',
  'dual-stack': 'the in-memory cloud knows IPv4',
  tls: 'the in-memory cloud ends no TLS',
}

export function inMemoryProvider(cloud: InMemoryCloud, { annotations = NO_ANNOTATIONS }: InMemoryProviderOptions = {}): InMemoryProvider {
  return {
    name: 'memory',
    capabilities: capabilities(),
    annotations,
    defaultTargets: 'nodes',
    stackOf: (_, { settings }) => stackOf(settings),
    claims: ({ settings }) => settings.addresses.map((ip) => `address ${ip}`),
    holds: (view, { uid }) =>
      Object.values(view.addresses)
        .filter(
          ({ isRequested, owner, name }) =>
            isRequested && (owner?.uid === uid || rulesOf(view).some((rule) => rule.address === name && rule.owner.uid === uid)),
        )
        .map(({ ip }) => `address ${ip}`),
    merge(known, listed) {
      if (known.document === undefined || listed.document?.etag !== known.document.etag || known.document.limit === undefined) return listed
      return { ...listed, document: { ...listed.document, limit: known.document.limit } }
    },
    async *inventory() {
      yield* await cloud.list()
    },
    observe: (stack) => cloud.observe(stack),
    health: (view, owners) => (view.document === undefined ? Promise.resolve([]) : cloud.health(view.document.stack, owners)),
    owners(view) {
      const owners = new Map<string, Owner>()
      for (const { owner } of [...Object.values(view.addresses), ...rulesOf(view)]) if (owner !== undefined) owners.set(owner.uid, owner)
      return [...owners.values()]
    },
    plan: (intents, view, base) => planned(intents, view, base),
    apply: (step, view, base) => apply(cloud, step, view, base),
    status(view, { uid }) {
      const current = rulesOf(view).find((rule) => rule.owner.uid === uid && rule.isLingering !== true)
      const ip = current && view.addresses[current.address]?.ip
      return { places: ip === undefined ? [] : [{ ip, ipMode: 'VIP' }] }
    },
    base: {
      stack: BASE,
      needs: needsOf,
      uses(view) {
        const groups = new Set<string>()
        for (const { backends } of rulesOf(view)) if (backends.kind === 'group') groups.add(backends.group)
        return [...groups]
      },
      lacks: (base, need) => (need in base.groups ? undefined : `there is no ${need} yet`),
      plan: planBase,
    },
  }
}

function planned(intents: readonly Intent<unknown>[], view: View, base: View | undefined): Plan<InMemoryStep> {
  const first = plan(intents, view, base ?? emptyView)
  requireContract(intents, view, first, () => plan(intents, view, base ?? emptyView))
  return first
}

async function apply(cloud: InMemoryCloud, step: InMemoryStep, view: View, base: View | undefined): Promise<Fold<View>> {
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
        const document = await cloud.putDocument(step, view.document)
        return (now) => ({ ...now, document })
      }
      if (step.verb === 'delete') {
        await cloud.deleteDocument(step, view.document?.etag)
        return ({ addresses, groups }) => ({ addresses, groups })
      }
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
