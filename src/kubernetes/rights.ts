/** What a role has to grant us, and what of that is missing: told at the start, where it is cheap to mend. */
import type { KubernetesApi, Right } from './api.ts'

/** What `run` needs; the Lease only where there is an election. */
export function neededRights(lease: { readonly namespace: string; readonly name: string } | undefined): readonly Right[] {
  const read = ['get', 'list', 'watch'].map((verb) => ({ group: '', resource: 'services', verb }))
  const watched = ['list', 'watch'].flatMap((verb) => [
    { group: '', resource: 'nodes', verb },
    { group: 'discovery.k8s.io', resource: 'endpointslices', verb },
  ])
  const written = [
    { group: '', resource: 'services', subresource: 'status', verb: 'patch' },
    ...['create', 'patch'].map((verb) => ({ group: 'events.k8s.io', resource: 'events', verb })),
  ]
  return [...read, ...watched, ...written, ...(lease === undefined ? [] : leaseRights(lease))]
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

function leaseRights({ namespace, name }: { readonly namespace: string; readonly name: string }): readonly Right[] {
  const lease = { group: 'coordination.k8s.io', resource: 'leases', namespace }
  // Creation cannot be granted by name.
  return [{ ...lease, verb: 'create' }, ...['get', 'update'].map((verb) => ({ ...lease, verb, name }))]
}
