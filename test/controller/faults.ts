/** Trouble on the way to the API server, call by call, in front of any server: answers that never come, conflicts, stale lists, watches that end. */
import { type KubernetesApi, KubernetesError } from '../../src/kubernetes/api.ts'

export type Call = keyof KubernetesApi

export interface Faults {
  /** Asked before each call goes out: an error is thrown instead. */
  before: (call: Call, args: readonly unknown[]) => Error | undefined
  /** Asked after each call that was answered: an error hides the answer. */
  after: (call: Call, args: readonly unknown[]) => Error | undefined
  /** What a list shows, of what it would show. */
  list: <T>(resource: string, items: readonly T[]) => readonly T[]
  /** What a get of a Service answers besides the truth. */
  isDead: boolean
}

export function noFaults(): Faults {
  return { before: () => undefined, after: () => undefined, list: (_, items) => items, isDead: false }
}

export const lostAnswer = (): KubernetesError => new KubernetesError(0, 'NoAnswer', 'the connection was cut')
export const serverError = (): KubernetesError => new KubernetesError(500, 'InternalError', 'etcdserver: leader changed')
export const expired = (): KubernetesError => new KubernetesError(410, 'Expired', 'too old resource version')
export const conflict = (): KubernetesError => new KubernetesError(409, 'Conflict', 'the object has been modified')

export interface CallJournal {
  readonly calls: string[]
  readonly reads: string[]
  /** How many are not answered yet; watches do not count. */
  pending: number
}

/** The same calls, with the faults in front, and each noted: `patchServiceStatus default/web`, and of gets what is asked. */
export function faulty(api: KubernetesApi, faults: Faults, journal: CallJournal): KubernetesApi {
  const through = async <T>(call: Call, args: readonly unknown[], send: () => Promise<T>): Promise<T> => {
    if (faults.isDead) return new Promise<never>(() => {})
    const refused = faults.before(call, args)
    if (refused !== undefined) throw refused
    if (call.startsWith('get')) journal.reads.push(call)
    else
      journal.calls.push(
        `${call} ${args
          .slice(0, 2)
          .map((arg) => (typeof arg === 'string' ? arg : ''))
          .join('/')}`,
      )
    journal.pending += 1
    const answer = await send().finally(() => (journal.pending -= 1))
    if (faults.isDead) return new Promise<never>(() => {})
    const lost = faults.after(call, args)
    if (lost !== undefined) throw lost
    return answer
  }
  return {
    list: async (resource, request) => {
      const page = await through('list', [resource], () => api.list(resource, request))
      return { ...page, items: faults.list(resource, page.items) }
    },
    async *watch(resource, request) {
      for await (const event of api.watch(resource, request)) {
        const cut = faults.before('watch', [resource])
        if (cut !== undefined) throw cut
        yield event
      }
    },
    listWholeServices: (request) => api.listWholeServices(request),
    getWholeService: (...args) => api.getWholeService(...args),
    getService: (...args) => through('getService', args, () => api.getService(...args)),
    patchServiceStatus: (...args) => through('patchServiceStatus', args, () => api.patchServiceStatus(...args)),
    getPod: (...args) => through('getPod', args, () => api.getPod(...args)),
    patchPodStatus: (...args) => through('patchPodStatus', args, () => api.patchPodStatus(...args)),
    listEvents: (...args) => through('listEvents', args, () => api.listEvents(...args)),
    createEvent: (...args) => through('createEvent', args, () => api.createEvent(...args)),
    patchEvent: (...args) => through('patchEvent', args, () => api.patchEvent(...args)),
    getLease: (...args) => through('getLease', args, () => api.getLease(...args)),
    createLease: (...args) => through('createLease', args, () => api.createLease(...args)),
    updateLease: (...args) => through('updateLease', args, () => api.updateLease(...args)),
    scaleDeployment: (...args) => through('scaleDeployment', args, () => api.scaleDeployment(...args)),
    getConfigMap: (...args) => through('getConfigMap', args, () => api.getConfigMap(...args)),
    listConfigMaps: (...args) => through('listConfigMaps', args, () => api.listConfigMaps(...args)),
    applyConfigMap: (...args) => through('applyConfigMap', args, () => api.applyConfigMap(...args)),
    mayI: (...args) => through('mayI', args, () => api.mayI(...args)),
    namespaceUid: (...args) => through('namespaceUid', args, () => api.namespaceUid(...args)),
  }
}
