/** Calls as numbers: what was asked of a cloud and of the Kubernetes API, how it ended, and how long it took. */
import { type KubernetesApi, KubernetesError } from '../kubernetes/api.ts'
import type { Metrics } from '../observability/metrics.ts'
import { type Call, modeOf, operationOf } from '../provider/kit/instrument.ts'

export function cloudCallReporter(metrics: Metrics): (call: Call) => void {
  return (call) => {
    const { provider, durationMs, result } = call
    const operation = operationOf(call)
    metrics.count('fairlead_cloud_calls_total', { provider, operation, mode: modeOf(call), result })
    metrics.observe('fairlead_cloud_call_seconds', durationMs / 1000, { provider, operation })
  }
}

/** The same API; each write is counted when it has ended. */
export function countWrites(api: KubernetesApi, metrics: Metrics): KubernetesApi {
  const counted =
    <A extends readonly unknown[], R>(what: string, write: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const end = (result: string): void => metrics.count('fairlead_kubernetes_writes_total', { what, result })
      try {
        const answer = await write(...args)
        end('ok')
        return answer
      } catch (error) {
        end(error instanceof KubernetesError ? String(error.status) : 'fault')
        throw error
      }
    }
  return {
    list: (resource, request) => api.list(resource, request),
    watch: (resource, request) => api.watch(resource, request),
    listWholeServices: (request) => api.listWholeServices(request),
    getWholeService: (...args) => api.getWholeService(...args),
    getService: (namespace, name, signal) => api.getService(namespace, name, signal),
    getPod: (namespace, name, signal) => api.getPod(namespace, name, signal),
    getLease: (namespace, name, signal) => api.getLease(namespace, name, signal),
    getConfigMap: (namespace, name, signal) => api.getConfigMap(namespace, name, signal),
    listEvents: (namespace, uid, signal) => api.listEvents(namespace, uid, signal),
    listConfigMaps: (label, signal) => api.listConfigMaps(label, signal),
    namespaceUid: (name, signal) => api.namespaceUid(name, signal),
    mayI: (right, signal) => api.mayI(right, signal),
    patchServiceStatus: counted('service', (...args) => api.patchServiceStatus(...args)),
    patchPodStatus: counted('pod', (...args) => api.patchPodStatus(...args)),
    createEvent: counted('event', (...args) => api.createEvent(...args)),
    patchEvent: counted('event', (...args) => api.patchEvent(...args)),
    applyConfigMap: counted('configmap', (...args) => api.applyConfigMap(...args)),
    createLease: counted('lease', (...args) => api.createLease(...args)),
    scaleDeployment: counted('deployment', (...args) => api.scaleDeployment(...args)),
    updateLease: counted('lease', (...args) => api.updateLease(...args)),
  }
}
