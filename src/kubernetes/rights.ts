/** What a role has to grant us, and what of that is missing: logged at the start, where it is cheap to fix. */
import type { KubernetesApi, Right } from './api.ts'

export interface Needs {
  /** Where there is an election. */
  readonly lease?: { readonly namespace: string; readonly name: string }
  /** The ConfigMap of the published settings. */
  readonly settings?: { readonly namespace: string; readonly name: string }
  /** Readiness gates are opened, and a provider's targets may be pods. */
  readonly readinessGates: boolean
  /** The operator's policy chooses namespaces by label. */
  readonly namespaceLabels?: boolean
  /** The dashboard is shown to users of the cluster. */
  readonly reviews?: boolean
}

/** What `run` needs. */
export function neededRights({ lease, settings, readinessGates, namespaceLabels = false, reviews = false }: Needs): readonly Right[] {
  const read = ['get', 'list', 'watch'].map((verb) => ({ group: '', resource: 'services', verb }))
  const watched = ['list', 'watch'].flatMap((verb) => [
    { group: '', resource: 'nodes', verb },
    { group: 'discovery.k8s.io', resource: 'endpointslices', verb },
  ])
  const written = [
    { group: '', resource: 'services', subresource: 'status', verb: 'patch' },
    ...['create', 'patch'].map((verb) => ({ group: 'events.k8s.io', resource: 'events', verb })),
  ]
  return [
    ...read,
    ...watched,
    ...written,
    ...(readinessGates ? GATE_RIGHTS : []),
    ...(namespaceLabels ? NAMESPACE_RIGHTS : []),
    ...(lease === undefined ? [] : leaseRights(lease)),
    ...(settings === undefined ? [] : settingsRights(settings)),
    ...(reviews ? REVIEW_RIGHTS : []),
  ]
}

/** Those of `rights` that we do not have, in their order. */
export async function missingRights(api: KubernetesApi, rights: readonly Right[], signal: AbortSignal): Promise<readonly Right[]> {
  const answers = await Promise.all(rights.map((right) => api.mayI(right, signal)))
  return rights.filter((_, i) => answers[i] === false)
}

/** `patch services/status`, as a person would say it. */
export function rightText({ verb, resource, subresource, group, namespace, name }: Right): string {
  const what = [resource, ...(subresource === undefined ? [] : [subresource])].join('/')
  const of = group === '' ? '' : `.${group}`
  return [verb, `${what}${of}`, ...(name === undefined ? [] : [name]), ...(namespace === undefined ? [] : [`in ${namespace}`])].join(' ')
}

const GATE_RIGHTS: readonly Right[] = [
  { group: '', resource: 'pods', verb: 'get' },
  { group: '', resource: 'pods', subresource: 'status', verb: 'patch' },
]

/** Applied: a patch, which makes it where there is none and that may be done; the chart makes it. */
function settingsRights({ namespace, name }: { readonly namespace: string; readonly name: string }): readonly Right[] {
  return ['get', 'patch'].map((verb) => ({ group: '', resource: 'configmaps', verb, namespace, name }))
}

const REVIEW_RIGHTS: readonly Right[] = [
  { group: 'authentication.k8s.io', resource: 'tokenreviews', verb: 'create' },
  { group: 'authorization.k8s.io', resource: 'subjectaccessreviews', verb: 'create' },
]

const NAMESPACE_RIGHTS: readonly Right[] = ['list', 'watch'].map((verb) => ({ group: '', resource: 'namespaces', verb }))

function leaseRights({ namespace, name }: { readonly namespace: string; readonly name: string }): readonly Right[] {
  const lease = { group: 'coordination.k8s.io', resource: 'leases', namespace }
  // Creation cannot be granted by name.
  return [{ ...lease, verb: 'create' }, ...['get', 'update'].map((verb) => ({ ...lease, verb, name }))]
}
