/** Leases: what leaders hold. */
import type { ApiObject, FieldError, ResourceDefinition } from '../resource.ts'
import { ageColumn, nameColumn, textColumn } from './rules/columns.ts'
import { ensure, fieldsAt, omitNull, textAt } from './rules/draft.ts'
import { invalid } from './rules/field-errors.ts'
import { validateMeta, validateMetaUpdate } from './rules/object-meta.ts'

export const leases: ResourceDefinition = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  singular: 'lease',
  shortNames: [],
  namespaced: true,
  subresources: [],
  columns: [nameColumn, textColumn('Holder', 0, (lease) => textAt(fieldsAt(lease, 'spec'), 'holderIdentity')), ageColumn],
  createOnUpdate: true,
  conditionalUpdate: true,
  strategy: {
    default: (draft) => omitNull(ensure(draft, 'spec')),
    validateCreate: (draft) => [...validateMeta(draft, { name: 'subdomain', namespaced: true }), ...validateSpec(draft)],
    validateUpdate: (draft, old) => [...validateMetaUpdate(draft, old), ...validateSpec(draft)],
  },
}

function validateSpec(lease: ApiObject): FieldError[] {
  const { leaseDurationSeconds: duration, leaseTransitions: transitions } = fieldsAt(lease, 'spec')
  const errors: FieldError[] = []
  if (typeof duration === 'number' && duration <= 0) errors.push(invalid('spec.leaseDurationSeconds', duration, 'must be greater than 0'))
  if (typeof transitions === 'number' && transitions < 0) errors.push(invalid('spec.leaseTransitions', transitions, 'must be greater than or equal to 0'))
  return errors
}
