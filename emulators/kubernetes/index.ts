/** The emulated Kubernetes API server. Nothing else in this folder is imported from outside, but for the kinds (`resources/`) and the controllers (`controllers/`). */
export { ApiError } from './api-error.ts'
export { type Fault, type Faults, type Target, type Trouble } from './faults.ts'
export type { Execution, LogLine, LogListener, PodAccess, PodLog } from './http/pod-access.ts'
export { type Journal, type JournalEntry } from './journal.ts'
export { kubeconfig } from './kubeconfig.ts'
export type { ApiObject, Change, ClusterAccess, Draft, Place, ResourceDefinition } from './resource.ts'
export { type ApiServer, type ApiServerOptions, startApiServer } from './server.ts'
export { type Backup } from './store/store.ts'
