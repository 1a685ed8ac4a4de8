/** What happens to single Services. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Draft } from '../../../emulators/kubernetes/index.ts'
import { serviceObject, sliceObject } from './objects.ts'
import { addService, NAMESPACE, serviceName } from './populate.ts'
import { untilServed } from './served.ts'
import type { Stand } from './stand.ts'

export const LIFE_NODES = 3

export interface Ask {
  readonly ports?: number
  readonly nodePorts?: boolean
  readonly annotations?: Readonly<Record<string, string>>
  readonly sourceRanges?: readonly string[]
}

/** How many there are in a stand. */
const counts = new WeakMap<Stand, number>()

/** Resolves when it is served. */
export function create(stand: Stand, name: string, { ports = 1, nodePorts = true, annotations = {}, sourceRanges }: Ask = {}): Promise<void> {
  const { cluster } = stand.server
  const before = counts.get(stand) ?? 0
  const options = { namespace: NAMESPACE, name, provider: stand.emulated.provider, ports, nodePorts }
  const { metadata, spec, ...rest } = serviceObject(options) as Draft & { readonly metadata: { readonly annotations: object }; readonly spec: object }
  cluster.create('endpointslices', sliceObject(options, before, 3, LIFE_NODES))
  cluster.create('services', {
    ...rest,
    metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } },
    spec: sourceRanges === undefined ? spec : { ...spec, loadBalancerSourceRanges: sourceRanges },
  })
  counts.set(stand, before + 1)
  return untilServed(cluster, before + 1)
}

/** Services of one port, with node ports, until there are so many. Resolves when all are served. */
export function createAll({ server: { cluster }, emulated: { provider } }: Stand, count: number, from = 0): Promise<void> {
  const population = { provider, services: count, nodes: LIFE_NODES, withNodePorts: count }
  for (let i = from; i < count; i++) addService(cluster, population, i)
  return untilServed(cluster, count)
}

export function patch({ server: { cluster } }: Stand, name: string, change: object): void {
  cluster.patch('services', { namespace: NAMESPACE, name }, change)
}

export function annotate(stand: Stand, name: string, annotations: Readonly<Record<string, string>>): void {
  patch(stand, name, { metadata: { annotations } })
}

/** Resolves when it is gone. */
export async function remove(stand: Stand, name: string): Promise<void> {
  await removed(stand, [name])
  counts.set(stand, (counts.get(stand) ?? 0) - 1)
}

/** All that `createAll` made. Resolves when they are gone. */
export function removeAll(stand: Stand, count: number): Promise<void> {
  return removed(
    stand,
    Array.from({ length: count }, (_, i) => serviceName(i)),
  )
}

async function removed({ server: { cluster } }: Stand, names: readonly string[]): Promise<void> {
  for (const name of names) cluster.delete('services', { namespace: NAMESPACE, name })
  while (names.some((name) => cluster.get('services', NAMESPACE, name) !== undefined)) await sleep(20)
}

/** A change of a Service to so many ports. */
export function portsOf(count: number): object {
  return { spec: { ports: Array.from({ length: count }, (_, i) => ({ name: `port-${i}`, protocol: 'TCP', port: 8000 + i, targetPort: 9000 + i })) } }
}
