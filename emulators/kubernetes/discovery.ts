/** Shows clients what there is: versions, groups and resources, in the old form and in the aggregated one. */
import type { Registry, Resource } from './registry.ts'

/** kubectl warns of a server too far from its own version; clients in the field are 1.27 to 1.33. */
export const VERSION = {
  major: '1',
  minor: '32',
  gitVersion: 'v1.32.0+fairlead',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: 'linux/amd64',
}

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'] as const

interface Subresource {
  readonly name: string
  readonly kind: string
  readonly group: string
  readonly version: string
  readonly verbs: readonly string[]
}

/** A resource that is only asked, never stored. */
interface Question {
  readonly apiVersion: string
  readonly plural: string
  readonly singular: string
  readonly kind: string
  readonly namespaced: boolean
}

export const QUESTIONS: readonly Question[] = [
  { apiVersion: 'v1', plural: 'bindings', singular: 'binding', kind: 'Binding', namespaced: true },
  { apiVersion: 'authentication.k8s.io/v1', plural: 'selfsubjectreviews', singular: 'selfsubjectreview', kind: 'SelfSubjectReview', namespaced: false },
  {
    apiVersion: 'authorization.k8s.io/v1',
    plural: 'selfsubjectaccessreviews',
    singular: 'selfsubjectaccessreview',
    kind: 'SelfSubjectAccessReview',
    namespaced: false,
  },
  {
    apiVersion: 'authorization.k8s.io/v1',
    plural: 'selfsubjectrulesreviews',
    singular: 'selfsubjectrulesreview',
    kind: 'SelfSubjectRulesReview',
    namespaced: false,
  },
]

const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '')

function verbsOf(resource: Resource): readonly string[] {
  return resource.plural === 'namespaces' ? VERBS.filter((verb) => verb !== 'deletecollection') : VERBS
}

function subresourcesOf(resource: Resource): Subresource[] {
  return resource.subresources.toSorted().map((name) => {
    if (name === 'scale') return { name, kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: ['get', 'patch', 'update'] }
    if (name === 'binding') return { name, kind: 'Binding', group: '', version: '', verbs: ['create'] }
    if (name === 'portforward') return { name, kind: 'PodPortForwardOptions', group: '', version: '', verbs: ['create', 'get'] }
    if (name === 'exec') return { name, kind: 'PodExecOptions', group: '', version: '', verbs: ['create', 'get'] }
    if (name === 'log') return { name, kind: 'Pod', group: '', version: '', verbs: ['get'] }
    return { name, kind: resource.kind, group: '', version: '', verbs: name === 'finalize' ? ['update'] : ['get', 'patch', 'update'] }
  })
}

export function groupVersions(registry: Registry): string[] {
  return [...new Set([...registry.groupVersions(), ...QUESTIONS.map(({ apiVersion }) => apiVersion)])].toSorted()
}

const groups = (registry: Registry): string[] => groupVersions(registry).filter((each) => each.includes('/'))

const groupVersion = (apiVersion: string): { groupVersion: string; version: string } => ({
  groupVersion: apiVersion,
  version: apiVersion.split('/').at(-1) ?? '',
})

/** `/api` */
export const coreVersions = (address: string): unknown => ({
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
})

/** `/apis` */
export const groupList = (registry: Registry): unknown => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: groups(registry).map((each) => ({ name: groupOf(each), versions: [groupVersion(each)], preferredVersion: groupVersion(each) })),
})

/** `/apis/apps`; undefined when there is no such group. */
export function groupInfo(registry: Registry, group: string): unknown {
  const found = groups(registry).find((each) => groupOf(each) === group)
  if (found === undefined) return undefined
  return { kind: 'APIGroup', apiVersion: 'v1', name: group, versions: [groupVersion(found)], preferredVersion: groupVersion(found) }
}

/** `/api/v1`, `/apis/apps/v1`; undefined when there is no such version. */
export function resourceList(registry: Registry, apiVersion: string): unknown {
  if (!groupVersions(registry).includes(apiVersion)) return undefined
  const stored = registry.resources.filter((each) => each.apiVersion === apiVersion).flatMap(describe)
  const asked = QUESTIONS.filter((each) => each.apiVersion === apiVersion).map(({ plural, singular, kind, namespaced }) => ({
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs: ['create'],
  }))
  const resources = [...stored, ...asked].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return { kind: 'APIResourceList', ...(apiVersion === 'v1' ? {} : { apiVersion: 'v1' }), groupVersion: apiVersion, resources }
}

function describe(resource: Resource): { name: string }[] {
  const { plural, singular, namespaced, kind, shortNames, categories } = resource
  const main = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs: verbsOf(resource),
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories === undefined ? {} : { categories }),
  }
  const below = subresourcesOf(resource).map(({ name, group, version, kind: shown, verbs }) => ({
    name: `${plural}/${name}`,
    singularName: '',
    namespaced,
    ...(group === '' ? {} : { group, version }),
    kind: shown,
    verbs,
  }))
  return [main, ...below]
}

/** The aggregated form of `/api` (`isCore`) or `/apis`. */
export function aggregated(registry: Registry, isCore: boolean, version: 'v2' | 'v2beta1'): unknown {
  const wanted = isCore ? ['v1'] : groups(registry)
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: wanted.map((apiVersion) => ({
      metadata: isCore ? {} : { name: groupOf(apiVersion) },
      versions: [{ version: groupVersion(apiVersion).version, resources: aggregatedResources(registry, apiVersion), freshness: 'Current' }],
    })),
  }
}

function aggregatedResources(registry: Registry, apiVersion: string): unknown[] {
  const stored = registry.resources.filter((each) => each.apiVersion === apiVersion).map(aggregate)
  const asked = QUESTIONS.filter((each) => each.apiVersion === apiVersion).map((each) => ({
    resource: each.plural,
    responseKind: { group: '', version: '', kind: each.kind },
    scope: each.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: each.singular,
    verbs: ['create'],
  }))
  return [...stored, ...asked].toSorted((a, b) => (a.resource < b.resource ? -1 : 1))
}

function aggregate(resource: Resource): { readonly resource: string; readonly [field: string]: unknown } {
  const { plural, singular, namespaced, kind, shortNames, categories } = resource
  const below = subresourcesOf(resource).map((each) => ({
    subresource: each.name,
    responseKind: { group: each.group, version: each.version, kind: each.kind },
    verbs: each.verbs,
  }))
  return {
    resource: plural,
    responseKind: { group: '', version: '', kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs: verbsOf(resource),
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories === undefined ? {} : { categories }),
    ...(below.length === 0 ? {} : { subresources: below }),
  }
}
