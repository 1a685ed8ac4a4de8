/** The controllers of the emulated cluster, on its own access: what comes of a Service, its pods, a Deployment, a Namespace. */
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startControllers, type Controllers, type PodRunner } from '../../../emulators/kubernetes/controllers/index.ts'
import { startApiServer, type ApiServer } from '../../../emulators/kubernetes/index.ts'
import type { ApiObject, ClusterAccess } from '../../../emulators/kubernetes/resource.ts'
import { RESOURCES } from '../../../emulators/kubernetes/resources/index.ts'

interface Endpoint {
  addresses: string[]
  conditions: { ready: boolean; serving: boolean; terminating: boolean }
  nodeName?: string
  zone?: string
  hints?: object
  targetRef?: { name: string }
}

const namespace = 'default'
let server: ApiServer
let controllers: Controllers
let cluster: ClusterAccess
let errors: unknown[]
let runner: PodRunner & { readonly running: Map<string, string> }

beforeEach(async () => {
  server = await startApiServer({ resources: RESOURCES })
  cluster = server.cluster
  errors = []
  runner = createRunner()
})

afterEach(async () => {
  await controllers.stop()
  await server.close()
  if (errors.length > 0) throw new AggregateError(errors, 'a controller failed')
})

const start = (linger: () => Promise<void> = () => Promise.resolve()): void => {
  controllers = startControllers(server, { runner, linger, onError: (error) => errors.push(error) })
}

/** Gives each pod an address; pods whose image says so never start. */
function createRunner(): PodRunner & { readonly running: Map<string, string> } {
  const running = new Map<string, string>()
  let last = 0
  return {
    running,
    async start(pod) {
      const [container] = (pod['spec'] as { containers: { image: string }[] }).containers
      if (container?.image === 'broken') throw new Error('no such program')
      const podIP = `10.244.${Math.floor(++last / 250)}.${(last % 250) + 1}`
      running.set(pod.metadata.name, podIP)
      return { podIP }
    },
    async stop(pod) {
      running.delete(pod.metadata.name)
    },
  }
}

async function until<T>(what: () => T | undefined | false): Promise<T> {
  const end = Date.now() + 20_000
  for (;;) {
    const found = what()
    if (found !== undefined && found !== false) return found
    if (Date.now() > end) throw new Error(`waited in vain: ${what.toString()}`)
    await turn()
  }
}

const node = (name: string, zone: string): ApiObject =>
  cluster.create('nodes', {
    metadata: { name, labels: { 'topology.kubernetes.io/zone': zone } },
    status: { conditions: [{ type: 'Ready', status: 'True' }], addresses: [{ type: 'InternalIP', address: '127.0.0.1' }] },
  })
const service = (name: string, spec: object = {}): ApiObject =>
  cluster.create('services', {
    metadata: { name, namespace, labels: { mine: 'yes' } },
    spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 'http' }], ...spec },
  })
const deployment = (name: string, replicas: number, image = 'nginx:1', podSpec: object = {}): ApiObject =>
  cluster.create('deployments', {
    metadata: { name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'c', image, ports: [{ name: 'http', containerPort: 8080 }] }], ...podSpec },
      },
    },
  })
const slicesOf = (name: string): ApiObject[] => [...cluster.indexed('endpointslices', 'service', `${namespace}/${name}`)]
const endpointsOf = (name: string): Endpoint[] => slicesOf(name).flatMap((slice) => (slice['endpoints'] ?? []) as Endpoint[])
const readyOf = (name: string): Endpoint[] => endpointsOf(name).filter(({ conditions }) => conditions.ready)
const pods = (): readonly ApiObject[] => cluster.list('pods', namespace)

describe('a Deployment behind a Service', () => {
  test('pods are spread over the nodes, become ready, and stand in a slice with node, zone and the number of the named port', async () => {
    start()
    node('a', 'z1')
    node('b', 'z2')
    service('web')
    deployment('web', 4)
    await until(() => readyOf('web').length === 4)
    const [slice] = slicesOf('web')
    expect(slice).toMatchObject({
      addressType: 'IPv4',
      ports: [{ name: '', port: 8080, protocol: 'TCP' }],
      metadata: {
        labels: { mine: 'yes', 'kubernetes.io/service-name': 'web', 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' },
        ownerReferences: [{ kind: 'Service', name: 'web', controller: true }],
      },
    })
    const endpoints = endpointsOf('web')
    expect(endpoints.map(({ nodeName, zone }) => `${nodeName} ${zone}`).toSorted()).toEqual(['a z1', 'a z1', 'b z2', 'b z2'])
    expect(endpoints.map(({ targetRef }) => `${targetRef?.name}`).toSorted()).toEqual(
      pods()
        .map(({ metadata }) => metadata.name)
        .toSorted(),
    )
    expect(endpoints[0]?.conditions).toEqual({ ready: true, serving: true, terminating: false })
    expect(cluster.get('endpoints', namespace, 'web')?.['subsets']).toMatchObject([{ ports: [{ port: 8080, protocol: 'TCP' }], addresses: [{}, {}, {}, {}] }])
    const status = await until(() => {
      const now = cluster.get('deployments', namespace, 'web')?.['status'] as { availableReplicas?: number } | undefined
      return now?.availableReplicas === 4 ? now : undefined
    })
    expect(status).toMatchObject({
      replicas: 4,
      updatedReplicas: 4,
      readyReplicas: 4,
      conditions: [
        { type: 'Available', status: 'True' },
        { type: 'Progressing', reason: 'NewReplicaSetAvailable' },
      ],
    })
  })

  test('scaling to nothing leaves an empty slice and nobody running', async () => {
    start()
    node('a', 'z1')
    service('web')
    deployment('web', 3)
    await until(() => readyOf('web').length === 3)
    cluster.patch('deployments', { namespace, name: 'web' }, { spec: { replicas: 0 } })
    await until(() => pods().length === 0 && endpointsOf('web').length === 0)
    expect(slicesOf('web')).toMatchObject([{ endpoints: null, ports: null }])
    expect(runner.running.size).toBe(0)
  })

  test('a new template replaces the pods, and while it does three of four answer', async () => {
    start()
    node('a', 'z1')
    service('web')
    deployment('web', 4)
    await until(() => readyOf('web').length === 4)
    const before = new Set(pods().map(({ metadata }) => metadata.name))
    let least = 4
    const stop = cluster.subscribe('endpointslices', () => (least = Math.min(least, readyOf('web').length)))
    cluster.patch('deployments', { namespace, name: 'web' }, { spec: { template: { metadata: { annotations: { again: '1' } } } } })
    await until(() => pods().length === 4 && pods().every(({ metadata }) => !before.has(metadata.name)) && readyOf('web').length === 4)
    stop()
    expect(least).toBeGreaterThanOrEqual(3)
    expect(
      cluster
        .list('replicasets', namespace)
        .map((set) => set.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? '')
        .toSorted(),
    ).toEqual(['1', '2'])
  })

  test('pods with a readiness gate are ready once it is open, and hold the replacement until then', async () => {
    start()
    node('n1', 'a')
    service('web')
    const gate = 'example.com/checked'
    const made = deployment('web', 1, 'nginx:1', { readinessGates: [{ conditionType: gate }] })
    const conditionsOf = ({ metadata }: ApiObject): { type: string; status: string; reason?: string; message?: string }[] =>
      (cluster.get('pods', namespace, metadata.name)?.['status'] as { conditions?: [] } | undefined)?.conditions ?? []
    const open = (pod: ApiObject, status: string): unknown => {
      const others = conditionsOf(pod).filter(({ type }) => type !== gate)
      return cluster.patchStatus('pods', pod.metadata, { status: { conditions: [...others, { type: gate, status }] } })
    }
    const first = await until(() => pods().find((pod) => conditionsOf(pod).some(({ type }) => type === 'ContainersReady')))
    const closed = { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message: `the readiness gate "${gate}" has no condition yet` }
    expect(conditionsOf(first)).toContainEqual(expect.objectContaining(closed))
    await until(() => endpointsOf('web').length === 1)
    expect(readyOf('web')).toEqual([])
    open(first, 'False')
    await until(() => conditionsOf(first).some(({ message }) => message === `the readiness gate "${gate}" is False`))
    open(first, 'True')
    await until(() => readyOf('web').length === 1)
    const { template } = made['spec'] as { template: { spec: { containers: object[] } } }
    const containers = template.spec.containers.map((container) => ({ ...container, image: 'nginx:2' }))
    cluster.patch('deployments', made.metadata, { spec: { template: { spec: { containers } } } })
    const second = await until(() => pods().find((pod) => pod.metadata.name !== first.metadata.name && conditionsOf(pod).some(({ type }) => type === 'Ready')))
    expect(readyOf('web').map(({ targetRef }) => targetRef?.name)).toEqual([first.metadata.name])
    open(second, 'True')
    await until(() => pods().length === 1 && readyOf('web')[0]?.targetRef?.name === second.metadata.name)
  })

  test('a template that never starts does not take the old pods away', async () => {
    start()
    node('a', 'z1')
    service('web')
    deployment('web', 4)
    await until(() => readyOf('web').length === 4)
    const container = { name: 'c', image: 'broken', ports: [{ name: 'http', containerPort: 8080 }] }
    cluster.patch('deployments', { namespace, name: 'web' }, { spec: { template: { spec: { containers: [container] } } } })
    await until(() => pods().some((pod) => (pod['status'] as { reason?: string }).reason === 'StartFailed'))
    expect(readyOf('web').length).toBeGreaterThanOrEqual(3)
    expect(cluster.list('events', namespace)).toContainEqual(expect.objectContaining({ type: 'Warning', reason: 'FailedCreatePodSandBox' }))
  })

  test('a pod that was deleted is replaced, and answers until it has stopped', async () => {
    const { promise: mayStop, resolve: stop } = Promise.withResolvers<void>()
    start(() => mayStop)
    node('a', 'z1')
    service('web')
    deployment('web', 1)
    await until(() => readyOf('web').length === 1)
    const name = pods()[0]?.metadata.name ?? ''
    const conditions = (): object | undefined => endpointsOf('web').find(({ targetRef }) => targetRef?.name === name)?.conditions
    cluster.delete('pods', { namespace, name })
    await until(() => readyOf('web').length === 1 && pods().length === 2)
    expect(conditions()).toEqual({ ready: false, serving: true, terminating: true })
    expect(runner.running.has(name)).toBe(true)
    stop()
    await until(() => conditions() === undefined)
    expect(runner.running.has(name)).toBe(false)
  })

  test('more than a hundred endpoints make more slices', async () => {
    start()
    node('a', 'z1')
    service('web')
    deployment('web', 130)
    await until(() => readyOf('web').length === 130)
    expect(
      slicesOf('web')
        .map((slice) => (slice['endpoints'] as unknown[]).length)
        .toSorted((a, b) => a - b),
    ).toEqual([30, 100])
  })

  test('what is there before the controllers is taken up by them', async () => {
    node('a', 'z1')
    service('web')
    deployment('web', 2)
    start()
    expect(await until(() => readyOf('web').length === 2)).toBe(true)
  })
})

describe('the endpoints of a Service', () => {
  const pod = (name: string, fields: { readonly port?: number; readonly ready?: boolean; readonly node?: string } = {}): void => {
    cluster.create('pods', {
      metadata: { name, namespace, labels: { app: 'web' } },
      spec: { schedulerName: 'nobody', containers: [{ name: 'c', image: 'x', ports: [{ name: 'http', containerPort: fields.port ?? 8080 }] }] },
    })
    cluster.bind({ namespace, name }, fields.node ?? 'a')
    const number = Number(name.replace(/\D/g, ''))
    const conditions = [{ type: 'Ready', status: fields.ready === false ? 'False' : 'True' }]
    cluster.patchStatus(
      'pods',
      { namespace, name },
      { status: { phase: 'Running', podIPs: [{ ip: `10.1.${Math.floor(number / 200)}.${(number % 200) + 1}` }], conditions } },
    )
  }

  beforeEach(() => {
    controllers = startControllers(server, { onError: (error) => errors.push(error) })
    node('a', 'z1')
  })

  test('pods whose named port has different numbers are in different slices', async () => {
    service('web')
    pod('p1', { port: 8080 })
    pod('p2', { port: 9090 })
    await until(() => readyOf('web').length === 2)
    expect(
      slicesOf('web')
        .map((slice) => (slice['ports'] as { port: number }[])[0]?.port ?? 0)
        .toSorted((a, b) => a - b),
    ).toEqual([8080, 9090])
  })

  test('a pod that is not ready is there and not ready, unless the Service publishes it', async () => {
    service('web')
    service('all', { selector: { app: 'web' }, publishNotReadyAddresses: true })
    pod('p1', { ready: false })
    await until(() => endpointsOf('web').length === 1 && endpointsOf('all').length === 1)
    expect(endpointsOf('web')[0]?.conditions).toEqual({ ready: false, serving: false, terminating: false })
    expect(endpointsOf('all')[0]?.conditions).toEqual({ ready: true, serving: false, terminating: false })
  })

  test('a pod waits for its node', async () => {
    service('web')
    pod('p1', { node: 'later' })
    pod('p2')
    await until(() => endpointsOf('web').length === 1)
    node('later', 'z9')
    expect(await until(() => endpointsOf('web').some(({ zone }) => zone === 'z9'))).toBe(true)
  })

  test('a slice that somebody spoilt is corrected', async () => {
    service('web')
    pod('p1')
    const slice = await until(() => (readyOf('web').length === 1 ? slicesOf('web')[0] : undefined))
    cluster.patch('endpointslices', slice.metadata, { endpoints: [] })
    await until(() => readyOf('web').length === 1)
    cluster.delete('endpointslices', slice.metadata)
    expect(await until(() => readyOf('web').length === 1)).toBe(true)
  })

  test('hand-made Endpoints of a Service without selector are mirrored, and go with them', async () => {
    cluster.create('services', { metadata: { name: 'manual', namespace }, spec: { ports: [{ port: 80 }] } })
    const subsets = [{ addresses: [{ ip: '10.9.9.9' }, { ip: 'fd00::9' }], notReadyAddresses: [{ ip: '10.9.9.10' }], ports: [{ port: 8080 }] }]
    cluster.create('endpoints', { metadata: { name: 'manual', namespace }, subsets })
    await until(() => slicesOf('manual').length === 2)
    expect(
      slicesOf('manual').map((slice) => [
        slice['addressType'],
        (slice['endpoints'] as Endpoint[]).map(({ addresses, conditions }) => `${addresses[0]} ${conditions.ready}`),
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['IPv4', ['10.9.9.9 true', '10.9.9.10 false']],
        ['IPv6', ['fd00::9 true']],
      ]),
    )
    cluster.delete('endpoints', { namespace, name: 'manual' })
    expect(await until(() => slicesOf('manual').length === 0)).toBe(true)
  })

  test('Endpoints stop at a thousand and say so; slices do not stop', async () => {
    service('web')
    for (let number = 0; number < 1001; number++) pod(`p${number}`)
    await until(() => readyOf('web').length === 1001)
    const endpoints = await until(() => {
      const found = cluster.get('endpoints', namespace, 'web')
      return found?.metadata.annotations?.['endpoints.kubernetes.io/over-capacity'] === 'truncated' ? found : undefined
    })
    expect((endpoints['subsets'] as { addresses: unknown[] }[]).flatMap(({ addresses }) => addresses)).toHaveLength(1000)
  })
})

describe('a Namespace', () => {
  test('has a default account, and goes with all that is in it when the last finalizer is off', async () => {
    start()
    cluster.create('namespaces', { metadata: { name: 'x' } })
    await until(() => cluster.get('serviceaccounts', 'x', 'default'))
    cluster.create('configmaps', { metadata: { name: 'plain', namespace: 'x' } })
    cluster.create('services', { metadata: { name: 'held', namespace: 'x', finalizers: ['fairlead.dev/test'] }, spec: { ports: [{ port: 80 }] } })
    cluster.delete('namespaces', { name: 'x' })
    await until(() => cluster.list('configmaps', 'x').length === 0 && cluster.get('services', 'x', 'held')?.metadata.deletionTimestamp !== undefined)
    expect(cluster.get('namespaces', undefined, 'x')?.['status']).toMatchObject({ phase: 'Terminating' })
    cluster.patch('services', { namespace: 'x', name: 'held' }, { metadata: { finalizers: null } })
    expect(await until(() => cluster.get('namespaces', undefined, 'x') === undefined)).toBe(true)
  })
})

describe('a Node', () => {
  test('is scheduled on only while it says it is ready', async () => {
    start()
    cluster.create('nodes', { metadata: { name: 'a', labels: { pick: 'a' } } })
    node('b', 'z1')
    const pod = (name: string, nodeSelector: object): ApiObject =>
      cluster.create('pods', { metadata: { name, namespace }, spec: { nodeSelector, containers: [{ name: 'c', image: 'x' }] } })
    const nodeOf = (name: string): string | undefined => (cluster.get('pods', namespace, name)!['spec'] as { nodeName?: string }).nodeName
    pod('first', { pick: 'a' })
    // Its turn comes after the first, which found no node.
    pod('second', {})
    await until(() => nodeOf('second') === 'b')
    expect(nodeOf('first')).toBeUndefined()
    cluster.patchStatus('nodes', { name: 'a' }, { status: { conditions: [{ type: 'Ready', status: 'True' }] } })
    expect(await until(() => nodeOf('first') === 'a')).toBe(true)
  })
})
