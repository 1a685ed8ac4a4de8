/** Namespaces: a phase, a label with their own name, and a deletion that waits until they are empty. */
import type { ApiObject, Refusal, ResourceDefinition } from '../resource.ts'
import { ageColumn, nameColumn, textColumn } from './rules/columns.ts'
import { ensure, fieldsAt, textAt } from './rules/draft.ts'
import { validateMeta, validateMetaUpdate } from './rules/object-meta.ts'

const FOREVER = new Set(['default', 'kube-system', 'kube-public'])

export const namespaces: ResourceDefinition = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  namespaced: false,
  subresources: ['status', 'finalize'],
  columns: [nameColumn, textColumn('Status', 0, (namespace) => phaseOf(namespace)), ageColumn],
  selectable: { 'status.phase': phaseOf },
  returnsDeleted: true,
  strategy: {
    default(draft) {
      ensure(draft, 'spec')
      ensure(draft, 'status')
      draft.metadata.labels = { ...draft.metadata.labels, 'kubernetes.io/metadata.name': draft.metadata.name }
    },
    prepareForCreate(draft) {
      draft['status'] = { phase: 'Active' }
      const spec = ensure(draft, 'spec')
      const finalizers = finalizersOf(draft)
      spec['finalizers'] = finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes']
    },
    prepareForUpdate(draft, old) {
      draft['status'] = structuredClone(old['status'])
      ensure(draft, 'spec')['finalizers'] = finalizersOf(old)
    },
    prepareForStatus(draft, old) {
      draft['spec'] = structuredClone(old['spec'])
    },
    prepareForFinalize(draft, old) {
      draft['status'] = structuredClone(old['status'])
      const spec = ensure(draft, 'spec')
      if (finalizersOf(draft).length === 0) delete spec['finalizers']
    },
    prepareForDelete(draft) {
      ensure(draft, 'status')['phase'] = 'Terminating'
    },
    isHeld: (namespace) => finalizersOf(namespace).length > 0,
    refuseDelete: (namespace) => (FOREVER.has(namespace.metadata.name) ? forbidden(namespace.metadata.name) : undefined),
    validateCreate: (draft) => validateMeta(draft, { name: 'label', namespaced: false }),
    validateUpdate: (draft, old) => validateMetaUpdate(draft, old),
    validateStatus: (draft, old) => validateMetaUpdate(draft, old),
  },
}

/** Why an object cannot be created in this namespace: it is not there, or it is going. */
export function refuseNamespace(
  namespace: ApiObject | undefined,
  of: { readonly plural: string; readonly group: string; readonly name: string; readonly namespace: string },
): Refusal | undefined {
  if (namespace === undefined) return { code: 404, reason: 'NotFound', message: `namespaces ${JSON.stringify(of.namespace)} not found` }
  if (namespace.metadata.deletionTimestamp === undefined) return undefined
  const resource = of.group === '' ? of.plural : `${of.plural}.${of.group}`
  return {
    code: 403,
    reason: 'Forbidden',
    message: `${resource} ${JSON.stringify(of.name)} is forbidden: unable to create new content in namespace ${of.namespace} because it is being terminated`,
    causes: [{ reason: 'NamespaceTerminating', message: `namespace ${of.namespace} is being terminated`, field: 'metadata.namespace' }],
  }
}

function finalizersOf(namespace: ApiObject): string[] {
  const finalizers = fieldsAt(namespace, 'spec')['finalizers']
  return Array.isArray(finalizers) ? finalizers.filter((finalizer) => typeof finalizer === 'string') : []
}

function phaseOf(namespace: ApiObject): string {
  return textAt(fieldsAt(namespace, 'status'), 'phase')
}

function forbidden(name: string): Refusal {
  return { code: 403, reason: 'Forbidden', message: `namespaces ${JSON.stringify(name)} is forbidden: this namespace may not be deleted` }
}
