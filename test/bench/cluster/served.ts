/** Waits until Services are served, and notes when. */
import type { ApiObject, ClusterAccess } from '../../../emulators/kubernetes/index.ts'

interface Status {
  readonly conditions?: readonly { readonly type: string; readonly status: string }[]
}

/** Resolves when so many Services have been seen ready, from now on or already. */
export function untilServed(cluster: ClusterAccess, count: number): Promise<void> {
  const ready = new Set(
    cluster
      .list('services')
      .filter(isReady)
      .map(({ metadata }) => metadata.uid),
  )
  const { promise, resolve } = Promise.withResolvers<void>()
  if (ready.size >= count) return Promise.resolve()
  const unsubscribe = cluster.subscribe('services', ({ object }) => {
    if (!isReady(object)) return
    ready.add(object.metadata.uid)
    if (ready.size < count) return
    unsubscribe()
    resolve()
  })
  return promise
}

function isReady(service: ApiObject): boolean {
  const { conditions = [] } = (service['status'] ?? {}) as Status
  return conditions.some(({ type, status }) => type === 'fairlead.dev/Ready' && status === 'True')
}
