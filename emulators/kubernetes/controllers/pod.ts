/** The parts of a Pod and of a Node that controllers read. */
import type { ApiObject } from '../resource.ts'

export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime?: string | null
}

export interface PodSpec {
  readonly nodeName?: string
  readonly hostname?: string
  readonly subdomain?: string
  readonly schedulerName?: string
  readonly containers?: readonly { readonly name: string; readonly image?: string; readonly ports?: readonly ContainerPort[] }[]
  readonly tolerations?: readonly { readonly key?: string; readonly operator?: string; readonly effect?: string; readonly value?: string }[]
  readonly nodeSelector?: Readonly<Record<string, string>>
  readonly readinessGates?: readonly { readonly conditionType: string }[]
}

interface ContainerPort {
  readonly name?: string
  readonly containerPort: number
  readonly protocol?: string
}

interface PodStatus {
  readonly phase?: string
  readonly podIPs?: readonly { readonly ip: string }[]
  readonly conditions?: readonly Condition[]
}

export const specOf = (pod: ApiObject): PodSpec => pod['spec'] as PodSpec
const statusOf = (pod: ApiObject): PodStatus => Object(pod['status'] ?? {})

export const addressesOf = (pod: ApiObject): string[] => (statusOf(pod).podIPs ?? []).map(({ ip }) => ip)
export const isReady = (object: ApiObject): boolean => readyOf(object)?.status === 'True'
export const isTerminating = (pod: ApiObject): boolean => pod.metadata.deletionTimestamp !== undefined

/** The condition Ready, of a Pod or a Node. */
export const readyOf = (object: ApiObject): Condition | undefined => conditionsOf(object).find(({ type }) => type === 'Ready')

export const conditionsOf = (object: ApiObject): readonly Condition[] => statusOf(object).conditions ?? []

export function isOver(pod: ApiObject): boolean {
  const { phase } = statusOf(pod)
  return phase === 'Succeeded' || phase === 'Failed'
}

/** The number of a target port: itself, or that of the container port of this name and protocol. */
export function resolvePort(pod: ApiObject, target: number | string, protocol: string): number | undefined {
  if (typeof target === 'number') return target
  const ports = (specOf(pod).containers ?? []).flatMap((container) => container.ports ?? [])
  return ports.find((port) => port.name === target && (port.protocol ?? 'TCP') === protocol)?.containerPort
}
