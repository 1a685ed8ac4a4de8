/** A cluster for the program to work on: the emulated API server with its controllers, nodes and pods, in the test's own process so that it outlives the program. */
import { writeFile } from 'node:fs/promises'
import { startControllers } from '../../emulators/kubernetes/controllers/index.ts'
import { type ApiObject, type ApiServer, kubeconfig, startApiServer } from '../../emulators/kubernetes/index.ts'
import { RESOURCES } from '../../emulators/kubernetes/resources/index.ts'
import { startMachines } from '../../emulators/machines/index.ts'
import { eventually, until } from '../until.ts'
import type { Folder } from './program.ts'

export interface Cluster extends AsyncDisposable {
  readonly server: ApiServer
  readonly kubeconfigFile: string
  readonly networkMap: readonly string[]
  /** Pods labelled `app=NAME`, so many of them; resolves when they are ready. */
  deploy(name: string, replicas: number): Promise<void>
  /** The names of the pods labelled `app=NAME`. */
  podsOf(name: string): readonly string[]
  /** A Service of type LoadBalancer in front of the pods labelled `app=NAME`. */
  expose(name: string, service: { readonly metadata?: object; readonly spec?: object }): ApiObject
  patch(name: string, change: object): ApiObject
  /** Resolves when the Service's condition has this reason; answers its message. */
  reported(name: string, reason: string): Promise<string>
  statusOf(name: string): Status
  addressOf(name: string): string
  /** The reasons of all events about it. */
  eventsOf(name: string): readonly string[]
}

const NAMESPACE = 'default'

export async function startCluster(folder: Folder): Promise<Cluster> {
  const server = await startApiServer({ resources: RESOURCES })
  const { cluster } = server
  const machines = await startMachines({ cluster, nodes: 2, random: Math.random, onError: (message) => console.warn(message) })
  server.reachPods(machines.pods)
  const controllers = startControllers(server, { runner: machines.pods, onError: (error) => console.error(error) })
  const kubeconfigFile = folder.file('cluster')
  await writeFile(kubeconfigFile, kubeconfig(server))
  const service = (name: string): ApiObject => cluster.get('services', NAMESPACE, name) ?? missing(name)
  const ready = (name: string) => statusOf(service(name)).conditions?.find(({ type }) => type === 'fairlead.dev/Ready')
  const podsOf = (app: string) => cluster.list('pods').filter(({ metadata }) => metadata.labels?.['app'] === app && metadata.deletionTimestamp === undefined)
  return {
    server,
    kubeconfigFile,
    networkMap: machines.networkMap,
    async deploy(name, replicas) {
      const template = { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image: name }] } }
      const spec = { replicas, selector: { matchLabels: { app: name } }, template }
      cluster.create('deployments', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: NAMESPACE }, spec })
      await until(
        () => podsOf(name).filter((pod) => statusOf(pod).conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')).length === replicas,
      )
    },
    podsOf: (name) => podsOf(name).map(({ metadata }) => metadata.name),
    expose: (name, { metadata = {}, spec = {} }) =>
      cluster.create('services', {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, namespace: NAMESPACE, ...metadata },
        spec: { type: 'LoadBalancer', loadBalancerClass: 'fairlead.dev/local', selector: { app: name }, ...spec },
      }),
    patch: (name, change) => cluster.patch('services', { namespace: NAMESPACE, name }, change),
    async reported(name, reason) {
      const found = await eventually(
        () => ready(name),
        (condition) => condition?.reason === reason,
      )
      return found?.message ?? ''
    },
    statusOf: (name) => statusOf(service(name)),
    addressOf: (name) => statusOf(service(name)).loadBalancer?.ingress?.[0]?.ip ?? '',
    eventsOf: (name) =>
      cluster.list('events').flatMap((event) => {
        const { name: about } = (event['involvedObject'] ?? event['regarding'] ?? {}) as { readonly name?: string }
        return about === name ? [String(event['reason'])] : []
      }),
    async [Symbol.asyncDispose]() {
      await controllers.stop()
      await machines.close()
      await server.close()
    },
  }
}

export interface Status {
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason: string; readonly message: string }[]
  readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly ports?: readonly object[] }[] }
}

function statusOf(object: ApiObject): Status {
  return object['status'] ?? {}
}

function missing(name: string): never {
  throw new Error(`there is no Service ${name}`)
}
