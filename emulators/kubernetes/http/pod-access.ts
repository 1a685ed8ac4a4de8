/** What is behind the subresources of a pod that lead to the pod itself, as the program that runs the pods gives it; and which pod and container a request means. */
import type { Duplex } from 'node:stream'
import { badRequest, notFound } from '../api-error.ts'
import { fieldsAt, isFields, textAt } from '../json.ts'
import { find } from '../machine.ts'
import type { Resource } from '../registry.ts'
import type { ApiObject } from '../resource.ts'
import type { Route } from './route.ts'

export interface PodAccess {
  readonly dial: DialPod
  readonly exec: ExecInPod
  readonly logOf: LogOfPod
}

/** Opens a stream to a TCP port of a pod. Rejects when nothing answers there. */
export type DialPod = (pod: ApiObject, port: number) => Promise<Duplex>

/** Runs a command in a container; answers its exit code, 0 to 255. Rejects when the pod does not run. */
export type ExecInPod = (execution: Execution) => Promise<number>

export interface Execution {
  readonly pod: ApiObject
  readonly container: string
  readonly command: readonly string[]
  readonly isTerminal: boolean
  /** Ends at once where the client sends nothing. */
  readonly input: AsyncIterable<Buffer>
  /** Resolves when the client's connection has taken it. */
  readonly write: (stream: 'stdout' | 'stderr', bytes: Buffer) => Promise<void>
  /** Aborted when the client goes. */
  readonly signal: AbortSignal
}

/** Undefined: the container has not started. */
export type LogOfPod = (pod: ApiObject, container: string) => PodLog | undefined

export interface PodLog {
  /** Those that are kept, the oldest first. */
  readonly lines: readonly LogLine[]
  /** What comes from now on. Answers how to stop. */
  follow(listener: LogListener): () => void
}

export interface LogLine {
  readonly at: Date
  readonly text: string
}

export interface LogListener {
  onLine(line: LogLine): void
  /** The container is gone. */
  onEnd(): void
}

const NOTHING_RUNS = 'nothing runs pods here'

/** Until there is a program that runs them. */
export const NO_PODS: PodAccess = {
  dial: () => Promise.reject(new Error(NOTHING_RUNS)),
  exec: () => Promise.reject(new Error(NOTHING_RUNS)),
  logOf: () => undefined,
}

/** Throws an ApiError when there is none. */
export function podAt(resource: Resource, { namespace, name }: Pick<Route, 'namespace' | 'name'>): ApiObject {
  const pod = find(resource, namespace, name)
  if (pod === undefined) throw notFound(resource, name)
  return pod
}

export function isOnNode(pod: ApiObject): boolean {
  return textAt(fieldsAt(pod, 'spec'), 'nodeName') !== ''
}

/** Throws an ApiError when no node has the pod. */
export function refuseWithoutNode(pod: ApiObject): void {
  if (!isOnNode(pod)) throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`)
}

/** The container that is asked for, or the only one. Throws an ApiError when there is none of that name, or none is named of several. */
export function containerIn(pod: ApiObject, asked: string | null): string {
  const { name } = pod.metadata
  const own = namesIn(pod, 'containers')
  const all = [...namesIn(pod, 'initContainers'), ...own]
  if (asked !== null && asked !== '') {
    if (!all.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${name}`)
    return asked
  }
  const [only] = own
  if (only === undefined || own.length > 1) throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${all.join(' ')}]`)
  return only
}

export function isInitContainer(pod: ApiObject, container: string): boolean {
  return namesIn(pod, 'initContainers').includes(container)
}

function namesIn(pod: ApiObject, list: 'containers' | 'initContainers'): readonly string[] {
  const containers = fieldsAt(pod, 'spec')[list]
  return Array.isArray(containers) ? containers.filter(isFields).map((container) => textAt(container, 'name')) : []
}
