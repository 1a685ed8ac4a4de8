/** Deployments and ReplicaSets: a template, a selector, and how many. The controllers do the rest. */
import type { ApiObject, Column, FieldError, ResourceDefinition } from '../../resource.ts'
import { ageColumn, nameColumn, numberColumn, pairs, textColumn } from '../rules/columns.ts'
import { ensure, fieldsAt, isFields, listAt, numberAt, textAt } from '../rules/draft.ts'
import { immutable, invalid, isEmpty, required } from '../rules/field-errors.ts'
import { ownersOf, validateLabels, validateMeta, validateMetaUpdate } from '../rules/object-meta.ts'
import { defaultPodSpec, fill } from './pod-defaults.ts'
import { validatePodSpec } from './validate-pod-spec.ts'

const subdomain = { name: 'subdomain', namespaced: true } as const
const specOf = (object: ApiObject): Record<string, unknown> => fieldsAt(object, 'spec')
const statusNumber = (object: ApiObject, key: string): number => numberAt(fieldsAt(object, 'status'), key)
const containersOf = (object: ApiObject): Record<string, unknown>[] => listAt(fieldsAt(fieldsAt(specOf(object), 'template'), 'spec'), 'containers')

const WIDE_COLUMNS: readonly Column[] = [
  textColumn('Containers', 1, (object) =>
    containersOf(object)
      .map((container) => textAt(container, 'name'))
      .join(','),
  ),
  textColumn('Images', 1, (object) =>
    containersOf(object)
      .map((container) => textAt(container, 'image'))
      .join(','),
  ),
  textColumn('Selector', 1, (object) => pairs(labelsOf(fieldsAt(specOf(object), 'selector')['matchLabels']))),
]

const shared = {
  group: 'apps',
  version: 'v1',
  categories: ['all'],
  namespaced: true,
  subresources: ['status', 'scale'],
  generation: true,
} as const

export const deployments: ResourceDefinition = {
  ...shared,
  kind: 'Deployment',
  plural: 'deployments',
  singular: 'deployment',
  shortNames: ['deploy'],
  columns: [
    nameColumn,
    textColumn('Ready', 0, (deployment) => `${statusNumber(deployment, 'readyReplicas')}/${numberAt(specOf(deployment), 'replicas')}`),
    textColumn('Up-to-date', 0, (deployment) => statusNumber(deployment, 'updatedReplicas')),
    textColumn('Available', 0, (deployment) => statusNumber(deployment, 'availableReplicas')),
    ageColumn,
    ...WIDE_COLUMNS,
  ],
  strategy: {
    default(draft) {
      defaultReplicas(draft)
      const spec = ensure(draft, 'spec')
      const strategy = ensure(spec, 'strategy')
      fill(strategy, { type: 'RollingUpdate' })
      if (strategy['type'] === 'RollingUpdate') fill(ensure(strategy, 'rollingUpdate'), { maxUnavailable: '25%', maxSurge: '25%' })
      fill(spec, { revisionHistoryLimit: 10, progressDeadlineSeconds: 600 })
      ensure(draft, 'status')
    },
    prepareForCreate(draft) {
      draft['status'] = {}
    },
    prepareForUpdate: keepStatus,
    prepareForStatus: keepSpec,
    validateCreate: (draft) => [...validateMeta(draft, subdomain), ...validateReplicas(draft)],
    validateUpdate: (draft, old) => [...validateMetaUpdate(draft, old), ...validateReplicas(draft), ...sameSelector(draft, old)],
    validateStatus: (draft, old) => validateMetaUpdate(draft, old),
  },
}

export const replicaSets: ResourceDefinition = {
  ...shared,
  kind: 'ReplicaSet',
  plural: 'replicasets',
  singular: 'replicaset',
  shortNames: ['rs'],
  columns: [
    nameColumn,
    numberColumn('Desired', (set) => numberAt(specOf(set), 'replicas')),
    numberColumn('Current', (set) => statusNumber(set, 'replicas')),
    numberColumn('Ready', (set) => statusNumber(set, 'readyReplicas')),
    ageColumn,
    ...WIDE_COLUMNS,
  ],
  indexes: { owner: ownersOf },
  selectable: { 'status.replicas': (set) => String(statusNumber(set, 'replicas')) },
  strategy: {
    default(draft) {
      defaultReplicas(draft)
      const status = ensure(draft, 'status')
      status['replicas'] ??= 0
    },
    prepareForCreate(draft) {
      draft['status'] = { replicas: 0 }
    },
    prepareForUpdate: keepStatus,
    prepareForStatus: keepSpec,
    validateCreate: (draft) => [...validateMeta(draft, subdomain), ...validateReplicas(draft)],
    validateUpdate: (draft, old) => [...validateMetaUpdate(draft, old), ...validateReplicas(draft), ...sameSelector(draft, old)],
    validateStatus: (draft, old) => validateMetaUpdate(draft, old),
  },
}

function defaultReplicas(draft: ApiObject): void {
  const spec = ensure(draft, 'spec')
  if (typeof spec['replicas'] !== 'number') spec['replicas'] = 1
  const template = ensure(spec, 'template')
  ensure(template, 'metadata')
  defaultPodSpec(ensure(template, 'spec'))
}

function validateReplicas(object: ApiObject): FieldError[] {
  const spec = specOf(object)
  const errors: FieldError[] = []
  const replicas = numberAt(spec, 'replicas')
  if (replicas < 0) errors.push(invalid('spec.replicas', replicas, 'must be greater than or equal to 0'))
  const template = fieldsAt(spec, 'template')
  const labels = labelsOf(fieldsAt(template, 'metadata')['labels'])
  const selector = fieldsAt(spec, 'selector')
  const wanted = labelsOf(selector['matchLabels'])
  if (!isFields(spec['selector'])) errors.push(required('spec.selector'))
  if (isFields(spec['selector']) && isEmpty(selector)) errors.push(invalid('spec.selector', selector, 'empty selector is invalid for deployment'))
  else if (!isFields(spec['selector']) || Object.entries(wanted).some(([key, value]) => labels[key] !== value)) {
    errors.push(invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'))
  }
  errors.push(...validateLabels('spec.template.labels', labels))
  return [...errors, ...validatePodSpec('spec.template.spec', fieldsAt(template, 'spec'), ['Always'])]
}

const sameSelector = (draft: ApiObject, old: ApiObject): FieldError[] => immutable('spec.selector', specOf(draft)['selector'], specOf(old)['selector'])

function keepStatus(draft: ApiObject, old: ApiObject): void {
  draft['status'] = structuredClone(old['status'])
}

function keepSpec(draft: ApiObject, old: ApiObject): void {
  draft['spec'] = structuredClone(old['spec'])
}

const labelsOf = (value: unknown): Record<string, string> => (isFields(value) ? (value as Record<string, string>) : {})
