/** Runs the rules of the kinds in the order in which the API server does, on a cluster that is a Map: enough to try them without HTTP. */
import type { ApiObject, Cluster, FieldError, Refusal, ResourceDefinition } from '../../../emulators/kubernetes/resource.ts'
import { resources, type ServiceOptions } from '../../../emulators/kubernetes/resources/index.ts'

export type Outcome =
  | { readonly object: ApiObject; readonly warnings: readonly string[] }
  | { readonly errors: readonly FieldError[] }
  | { readonly refusal: Refusal }

export interface RuleRunner {
  readonly cluster: Cluster
  create(plural: string, draft: object): Outcome
  /** `change` makes of the stored object what the client sends. */
  update(plural: string, name: string, change: (object: ApiObject) => void): Outcome
  updateStatus(plural: string, name: string, change: (object: ApiObject) => void): Outcome
}

export function runRules(options?: ServiceOptions): RuleRunner {
  const kinds = new Map(
    resources(options).map((resource) => [resource.view === undefined ? resource.plural : `${resource.plural}.${resource.group}`, resource]),
  )
  const stored = new Map<string, Map<string, ApiObject>>()
  const all = (plural: string): ApiObject[] => [...(stored.get(plural)?.values() ?? [])]
  const cluster: Cluster = {
    list: (plural, namespace) => all(plural).filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace),
    get: (plural, namespace, name) =>
      all(plural).find(({ metadata }) => metadata.name === name && (namespace === undefined || metadata.namespace === namespace)),
    indexed: (plural, index, key) => all(plural).filter((object) => kindOf(plural).indexes?.[index]?.(object).includes(key)),
    now: () => new Date('2026-01-01T00:00:00Z'),
  }
  let uids = 0
  const kindOf = (plural: string): ResourceDefinition => {
    const kind = kinds.get(plural)
    if (kind === undefined) throw new Error(`no kind ${plural}`)
    return kind
  }
  const keep = (plural: string, object: ApiObject, warnings: readonly string[]): Outcome => {
    const kind = stored.get(plural) ?? new Map<string, ApiObject>()
    stored.set(plural, kind)
    kind.set(object.metadata.uid, object)
    return { object, warnings }
  }
  const old = (plural: string, name: string): ApiObject => {
    const found = cluster.get(plural, undefined, name)
    if (found === undefined) throw new Error(`no ${plural} ${name}`)
    return found
  }
  return {
    cluster,
    create(plural, draft) {
      const { strategy, kind, group, version, namespaced } = kindOf(plural)
      const given = structuredClone(draft) as Partial<ApiObject>
      const metadata = { ...(namespaced ? { namespace: 'default' } : {}), uid: `uid-${++uids}`, creationTimestamp: '2026-01-01T00:00:00Z', ...given.metadata }
      const object = { ...given, apiVersion: group === '' ? version : `${group}/${version}`, kind, metadata } as ApiObject
      strategy.default?.(object)
      const allocated = strategy.allocate?.(object, undefined, cluster) ?? []
      if ('code' in allocated) return { refusal: allocated }
      if (allocated.length > 0) return { errors: allocated }
      strategy.prepareForCreate?.(object, cluster)
      const errors = strategy.validateCreate?.(object, cluster) ?? []
      return errors.length > 0 ? { errors } : keep(plural, object, strategy.warnings?.(object, undefined) ?? [])
    },
    update(plural, name, change) {
      const { strategy } = kindOf(plural)
      const before = old(plural, name)
      const object = structuredClone(before)
      change(object)
      strategy.default?.(object)
      const allocated = strategy.allocate?.(object, before, cluster) ?? []
      if ('code' in allocated) return { refusal: allocated }
      if (allocated.length > 0) return { errors: allocated }
      strategy.prepareForUpdate?.(object, before, cluster)
      const errors = strategy.validateUpdate?.(object, before, cluster) ?? []
      return errors.length > 0 ? { errors } : keep(plural, object, strategy.warnings?.(object, before) ?? [])
    },
    updateStatus(plural, name, change) {
      const { strategy } = kindOf(plural)
      const before = old(plural, name)
      const object = structuredClone(before)
      change(object)
      strategy.default?.(object)
      strategy.prepareForStatus?.(object, before)
      const errors = strategy.validateStatus?.(object, before) ?? []
      return errors.length > 0 ? { errors } : keep(plural, object, strategy.warnings?.(object, before) ?? [])
    },
  }
}
