/** The controllers of a cluster, as far as the emulator needs them: they run in the process, on the server's own access, and only when something changed. */
import type { ClusterAccess, ResourceDefinition } from '../resource.ts'
import { RESOURCES } from '../resources/index.ts'
import { startDeployments } from './deployments.ts'
import { startEndpointSlices } from './endpoint-slices.ts'
import { startEndpoints } from './endpoints.ts'
import { startMirroring } from './mirroring.ts'
import { startNamespaces } from './namespaces.ts'
import { startNodes } from './nodes.ts'
import { startPodLifecycle, type PodLifecycleProps, type PodRunner } from './pod-lifecycle.ts'
import { startReplicaSets } from './replica-sets.ts'
import { startScheduler } from './scheduler.ts'

export type { PodRunner } from './pod-lifecycle.ts'

export interface ControllerOptions {
  /** Who runs the pods; without it they stay Pending on their node, and a deleting one is finished by a deletion with no grace period. */
  readonly runner?: PodRunner
  readonly linger?: PodLifecycleProps['linger']
  /** The kinds that a going Namespace is emptied of. */
  readonly resources?: readonly ResourceDefinition[]
  readonly onError?: (error: unknown) => void
}

export interface Controllers {
  stop(): Promise<void>
}

/** Starts all of them on `server.cluster`. They take up what is there already. */
export function startControllers(server: { readonly cluster: ClusterAccess }, options: ControllerOptions = {}): Controllers {
  const onError = options.onError ?? ((error) => console.error(error))
  const props = { cluster: server.cluster, onError }
  const { runner, linger } = options
  const stops = [
    startNamespaces({ ...props, resources: options.resources ?? RESOURCES }),
    startNodes(props),
    startEndpointSlices(props),
    startEndpoints(props),
    startMirroring(props),
    startReplicaSets(props),
    startDeployments(props),
    startScheduler(props),
    ...(runner === undefined ? [] : [startPodLifecycle({ ...props, runner, ...(linger === undefined ? {} : { linger }) })]),
  ]
  return {
    async stop() {
      await Promise.all(stops.map(async (stop) => stop()))
    },
  }
}
