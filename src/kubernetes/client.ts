/** The Kubernetes calls we make, as requests to a real API server. What it answers is trimmed here, so that no wire object travels further. */
import type { Pod, Service } from '../model/cluster.ts'
import {
  type ConfigMap,
  type KubernetesApi,
  KubernetesError,
  type Lease,
  type ListPage,
  type Resource,
  type Right,
  type SeenEvent,
  type WatchEvent,
  type WatchedResources,
  type Within,
} from './api.ts'
import { Interner } from './intern.ts'
import { type Call, errorOfStatus, type Transport } from './transport.ts'
import { type IsReadAnnotation, SERVICE_NAME, type Trim, trimmer, trimPod } from './trim.ts'

const GROUPS: Readonly<Record<Resource, string>> = {
  services: '/api/v1',
  nodes: '/api/v1',
  endpointslices: '/apis/discovery.k8s.io/v1',
  namespaces: '/api/v1',
}

/** What managedFields say of our writes. */
const FIELD_MANAGER = 'fairlead'

/** Of one object, for a person to read. */
const MOST_EVENTS = 500

/** `isRead`: which annotations of Services are kept. */
export function kubernetesApi(transport: Transport, isRead: IsReadAnnotation = () => true): KubernetesApi {
  return new HttpApi(transport, trimmer(isRead))
}

class HttpApi implements KubernetesApi {
  readonly #transport: Transport
  readonly #trim: Trim
  readonly #strings = new Interner()

  constructor(transport: Transport, trim: Trim) {
    this.#transport = transport
    this.#trim = trim
  }

  async list<R extends Resource>(
    resource: R,
    request: { readonly limit: number; readonly continue?: string; readonly within?: Within; readonly signal: AbortSignal },
  ): Promise<ListPage<WatchedResources[R]>> {
    const page = await this.#page(resource, request)
    const { resourceVersion, continue: next } = page.metadata
    const items = (page.items ?? []).map((item) => this.#trim(resource, item, this.#strings))
    return { items, resourceVersion, ...(next ? { continue: next } : {}) }
  }

  async *watch<R extends Resource>(
    resource: R,
    request: { readonly resourceVersion: string; readonly timeoutSeconds: number; readonly within?: Within; readonly signal: AbortSignal },
  ): AsyncGenerator<WatchEvent<WatchedResources[R]>, void, undefined> {
    const { resourceVersion, timeoutSeconds, within, signal } = request
    const query = { watch: true, allowWatchBookmarks: true, resourceVersion, timeoutSeconds, ...selectorOf(resource, within) }
    for await (const line of this.#transport.lines({ method: 'GET', path: pathOf(resource, within), query, signal })) {
      const event = parsedEvent(line)
      if (event.type === 'ERROR') throw errorOfStatus(event.object, { status: 0 })
      if (event.type === 'BOOKMARK') yield bookmark(event.object)
      else yield { type: event.type, object: this.#trim(resource, event.object, this.#strings) }
    }
  }

  async getService(namespace: string, name: string, signal: AbortSignal): Promise<Service | undefined> {
    const found = await orAbsent(this.#transport.json({ method: 'GET', path: servicePath(namespace, name), signal }))
    return found === undefined ? undefined : this.#trim('services', found, this.#strings)
  }

  async listWholeServices(request: { readonly limit: number; readonly continue?: string; readonly signal: AbortSignal }): Promise<ListPage<unknown>> {
    const { items, metadata } = await this.#page('services', request)
    return { items: items ?? [], resourceVersion: metadata.resourceVersion, ...(metadata.continue ? { continue: metadata.continue } : {}) }
  }

  getWholeService(namespace: string, name: string, signal: AbortSignal): Promise<unknown> {
    return orAbsent(this.#transport.json({ method: 'GET', path: servicePath(namespace, name), signal }))
  }

  async patchServiceStatus(namespace: string, name: string, patch: unknown, signal: AbortSignal): Promise<Service> {
    return this.#trim('services', await this.#patchStatus(servicePath(namespace, name), patch, signal), this.#strings)
  }

  async getPod(namespace: string, name: string, signal: AbortSignal): Promise<Pod | undefined> {
    const found = await orAbsent(this.#transport.json({ method: 'GET', path: podPath(namespace, name), signal }))
    return found === undefined ? undefined : trimPod(found, this.#strings)
  }

  async patchPodStatus(namespace: string, name: string, patch: unknown, signal: AbortSignal): Promise<Pod> {
    return trimPod(await this.#patchStatus(podPath(namespace, name), patch, signal), this.#strings)
  }

  async listEvents(namespace: string, uid: string, signal: AbortSignal): Promise<readonly SeenEvent[]> {
    // The core group, as kubectl describe: roles that read events grant it more often than events.k8s.io.
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`
    const query = { fieldSelector: `involvedObject.uid=${uid}`, limit: MOST_EVENTS }
    const page = (await this.#transport.json({ method: 'GET', path, query, signal })) as WireList
    return (page.items ?? []).map((item) => seenEvent(item as WireSeenEvent))
  }

  async createEvent(namespace: string, event: object, signal: AbortSignal): Promise<void> {
    const body = { apiVersion: 'events.k8s.io/v1', kind: 'Event', ...event }
    await this.#transport.json({ method: 'POST', path: eventsPath(namespace), body, signal })
  }

  async patchEvent(namespace: string, name: string, patch: unknown, signal: AbortSignal): Promise<void> {
    const path = `${eventsPath(namespace)}/${encodeURIComponent(name)}`
    await this.#transport.json({ method: 'PATCH', path, body: patch, contentType: 'application/merge-patch+json', signal })
  }

  async getLease(namespace: string, name: string, signal: AbortSignal): Promise<Lease | undefined> {
    const path = `${leasesPath(namespace)}/${encodeURIComponent(name)}`
    return (await orAbsent(this.#transport.json({ method: 'GET', path, signal, isUrgent: true }))) as Lease | undefined
  }

  async createLease(lease: Lease, signal: AbortSignal): Promise<Lease> {
    const path = leasesPath(lease.metadata.namespace)
    return (await this.#transport.json({ method: 'POST', path, body: wireLease(lease), signal, isUrgent: true })) as Lease
  }

  async updateLease(lease: Lease, signal: AbortSignal): Promise<Lease> {
    const path = `${leasesPath(lease.metadata.namespace)}/${encodeURIComponent(lease.metadata.name)}`
    return (await this.#transport.json({ method: 'PUT', path, body: wireLease(lease), signal, isUrgent: true })) as Lease
  }

  async scaleDeployment(namespace: string, name: string, replicas: number, signal: AbortSignal): Promise<boolean> {
    const path = `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/deployments/${encodeURIComponent(name)}/scale`
    const [query, contentType] = [{ fieldManager: FIELD_MANAGER }, 'application/merge-patch+json']
    return (await orAbsent(this.#transport.json({ method: 'PATCH', path, query, body: { spec: { replicas } }, contentType, signal }))) !== undefined
  }

  async getConfigMap(namespace: string, name: string, signal: AbortSignal): Promise<ConfigMap | undefined> {
    return (await orAbsent(this.#transport.json({ method: 'GET', path: configMapPath(namespace, name), signal }))) as ConfigMap | undefined
  }

  async listConfigMaps(label: string, signal: AbortSignal): Promise<readonly ConfigMap[]> {
    const page = (await this.#transport.json({ method: 'GET', path: '/api/v1/configmaps', query: { labelSelector: label }, signal })) as WireList
    return (page.items ?? []) as readonly ConfigMap[]
  }

  async applyConfigMap(configMap: ConfigMap, signal: AbortSignal, manager = FIELD_MANAGER): Promise<void> {
    const { name, namespace } = configMap.metadata
    const body = { apiVersion: 'v1', kind: 'ConfigMap', ...configMap }
    const query = { fieldManager: manager, force: true }
    await this.#transport.json({ method: 'PATCH', path: configMapPath(namespace, name), query, body, contentType: 'application/apply-patch+yaml', signal })
  }

  async namespaceUid(name: string, signal: AbortSignal): Promise<string> {
    const path = `/api/v1/namespaces/${encodeURIComponent(name)}`
    const namespace = (await this.#transport.json({ method: 'GET', path, signal })) as { readonly metadata: { readonly uid: string } }
    return namespace.metadata.uid
  }

  async mayI(right: Right, signal: AbortSignal): Promise<boolean> {
    const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: right } }
    const review = await this.#transport.json({ method: 'POST', path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', body, signal })
    return (review as { readonly status?: { readonly allowed?: boolean } }).status?.allowed === true
  }

  async #page(
    resource: Resource,
    { limit, continue: from, within, signal }: { readonly limit: number; readonly continue?: string; readonly within?: Within; readonly signal: AbortSignal },
  ): Promise<WireList> {
    const query = { limit, continue: from, ...selectorOf(resource, within) }
    return (await this.#transport.json({ method: 'GET', path: pathOf(resource, within), query, signal })) as WireList
  }

  #patchStatus(path: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    const contentType = 'application/strategic-merge-patch+json'
    return this.#transport.json({ method: 'PATCH', path: `${path}/status`, query: { fieldManager: FIELD_MANAGER }, body, contentType, signal })
  }
}

interface WireList {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string }
  readonly items?: readonly unknown[] | null
}

/** Old clients set `count` and `lastTimestamp`; those of events.k8s.io set `eventTime`, and `series` when it repeats. */
interface WireSeenEvent {
  readonly metadata: { readonly creationTimestamp?: string }
  readonly type?: string
  readonly reason?: string
  readonly message?: string
  readonly count?: number
  readonly lastTimestamp?: string | null
  readonly eventTime?: string | null
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string } | null
  readonly reportingComponent?: string
  readonly source?: { readonly component?: string }
}

function seenEvent({ metadata, type, reason, message, count, lastTimestamp, eventTime, series, reportingComponent, source }: WireSeenEvent): SeenEvent {
  const lastAt = series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp
  return {
    type: type ?? '',
    reason: reason ?? '',
    message: message ?? '',
    count: Math.max(series?.count ?? count ?? 1, 1),
    ...(lastAt === undefined ? {} : { lastAt }),
    from: (reportingComponent ?? '') || (source?.component ?? ''),
  }
}

interface WireObject {
  readonly metadata: { readonly resourceVersion: string; readonly annotations?: Readonly<Record<string, string>> }
}

type WireEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; readonly object: WireObject }
  | { readonly type: 'ERROR'; readonly object: { readonly code?: number; readonly reason?: string; readonly message?: string } }

function parsedEvent(line: string): WireEvent {
  try {
    return JSON.parse(line) as WireEvent
  } catch (error) {
    throw new KubernetesError(0, 'Malformed', 'the watch sent a line that is no JSON', { cause: error })
  }
}

function bookmark({ metadata }: WireObject): WatchEvent<never> {
  return { type: 'BOOKMARK', resourceVersion: metadata.resourceVersion, initialEventsEnd: metadata.annotations?.['k8s.io/initial-events-end'] === 'true' }
}

function wireLease({ metadata, spec }: Lease): object {
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec }
}

function pathOf(resource: Resource, within: Within | undefined): string {
  return `${GROUPS[resource]}${within === undefined ? '' : `/namespaces/${encodeURIComponent(within.namespace)}`}/${resource}`
}

function selectorOf(resource: Resource, { name }: Partial<Within> = {}): Call['query'] {
  if (name === undefined) return {}
  return resource === 'endpointslices' ? { labelSelector: `${SERVICE_NAME}=${name}` } : { fieldSelector: `metadata.name=${name}` }
}

function servicePath(namespace: string, name: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/services/${encodeURIComponent(name)}`
}

function podPath(namespace: string, name: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`
}

function configMapPath(namespace: string, name: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps/${encodeURIComponent(name)}`
}

function eventsPath(namespace: string): string {
  return `/apis/events.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/events`
}

function leasesPath(namespace: string): string {
  return `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`
}

/** 404 as an answer. */
async function orAbsent(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 404) return undefined
    throw error
  }
}
