/** Pods. Nothing here runs one: the program that does writes the status, and finishes the deletion. */
import type { ApiObject, Cluster, FieldError, Refusal, ResourceDefinition } from '../../resource.ts'
import { validateAddress } from '../rules/addresses.ts'
import { ensure, fieldsAt, listAt, numberAt, textAt, type Fields } from '../rules/draft.ts'
import { forbidden, invalid, sameJson } from '../rules/field-errors.ts'
import { ownersOf, validateMeta, validateMetaUpdate } from '../rules/object-meta.ts'
import { defaultPodSpec, fill } from './pod-defaults.ts'
import { POD_COLUMNS } from './pod-columns.ts'
import { validatePodSpec } from './validate-pod-spec.ts'

const GRACE_SECONDS = 30
const TOLERATED = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
const FROZEN =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` ' +
  '(only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

export const pods: ResourceDefinition = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  singular: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  namespaced: true,
  subresources: ['status', 'binding', 'portforward', 'exec', 'log'],
  columns: POD_COLUMNS,
  generation: true,
  returnsDeleted: true,
  selectable: {
    'spec.nodeName': (pod) => nodeOf(pod),
    'spec.restartPolicy': (pod) => textAt(fieldsAt(pod, 'spec'), 'restartPolicy'),
    'spec.schedulerName': (pod) => textAt(fieldsAt(pod, 'spec'), 'schedulerName'),
    'spec.serviceAccountName': (pod) => textAt(fieldsAt(pod, 'spec'), 'serviceAccountName'),
    'spec.hostNetwork': (pod) => String(fieldsAt(pod, 'spec')['hostNetwork'] === true),
    'status.phase': (pod) => textAt(fieldsAt(pod, 'status'), 'phase'),
    'status.podIP': (pod) => textAt(fieldsAt(pod, 'status'), 'podIP'),
  },
  indexes: { owner: ownersOf },
  gracePeriodSeconds: graceOf,
  strategy: {
    default: defaultPod,
    prepareForCreate(draft) {
      draft['status'] = { phase: 'Pending', qosClass: 'BestEffort' }
      admit(ensure(draft, 'spec'))
    },
    prepareForUpdate(draft, old) {
      draft['status'] = structuredClone(old['status'])
    },
    prepareForStatus(draft, old) {
      draft['spec'] = structuredClone(old['spec'])
      const [status, before] = [ensure(draft, 'status'), fieldsAt(old, 'status')]
      status['qosClass'] ??= before['qosClass']
      alignAddresses(status, before)
    },
    validateCreate: (draft) => [...validateMeta(draft, { name: 'subdomain', namespaced: true }), ...validatePodSpec('spec', fieldsAt(draft, 'spec'))],
    validateUpdate: (draft, old) => [...validateMetaUpdate(draft, old), ...validatePodSpec('spec', fieldsAt(draft, 'spec')), ...validateFrozen(draft, old)],
    validateStatus: (draft, old) => [...validateMetaUpdate(draft, old), ...validateAddresses(draft)],
    bind,
  },
}

function defaultPod(draft: ApiObject): void {
  const spec = ensure(draft, 'spec')
  defaultPodSpec(spec)
  if (typeof spec['enableServiceLinks'] !== 'boolean') spec['enableServiceLinks'] = true
  const status = ensure(draft, 'status')
  for (const condition of listAt(status, 'conditions')) {
    condition['lastProbeTime'] ??= null
    condition['lastTransitionTime'] ??= null
  }
}

/** What the admission of a plain cluster adds to each new Pod. */
function admit(spec: Fields): void {
  fill(spec, { serviceAccountName: 'default', preemptionPolicy: 'PreemptLowerPriority' })
  spec['serviceAccount'] = spec['serviceAccountName']
  spec['priority'] ??= 0
  const tolerations = listAt(spec, 'tolerations')
  const missing = TOLERATED.filter((key) => !tolerations.some((toleration) => toleration['key'] === key))
  spec['tolerations'] = [...tolerations, ...missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }))]
}

/** `podIP` and the first of `podIPs` are one thing with two names. */
function alignAddresses(status: Fields, before: Fields): void {
  const [single, plural] = [textAt(status, 'podIP'), listAt(status, 'podIPs')]
  if (single === '' && plural.length > 0) status['podIP'] = plural[0]?.['ip']
  else if (single !== '' && (plural.length === 0 || (plural[0]?.['ip'] !== single && sameJson(plural, before['podIPs'])))) status['podIPs'] = [{ ip: single }]
}

function validateAddresses(pod: ApiObject): FieldError[] {
  const addresses = listAt(fieldsAt(pod, 'status'), 'podIPs').map((entry) => textAt(entry, 'ip'))
  const malformed = addresses.flatMap((address, index) => validateAddress(`status.podIPs[${index}]`, address))
  const families = new Set(addresses.map((address) => address.includes(':')))
  if (malformed.length > 0 || families.size === addresses.length) return malformed
  return [
    invalid(
      'status.podIPs',
      addresses.map((IP) => ({ IP })),
      'may specify no more than one IP for each IP family',
    ),
  ]
}

/** Nearly nothing of a running Pod's spec may change. The real server shows the difference behind this sentence. */
function validateFrozen(pod: ApiObject, old: ApiObject): FieldError[] {
  const freeze = (of: ApiObject): Fields => {
    const spec = structuredClone(fieldsAt(of, 'spec'))
    for (const key of ['containers', 'initContainers']) for (const container of listAt(spec, key)) delete container['image']
    for (const key of ['activeDeadlineSeconds', 'tolerations', 'terminationGracePeriodSeconds']) delete spec[key]
    return spec
  }
  return sameJson(freeze(pod), freeze(old)) ? [] : [forbidden('spec', FROZEN)]
}

function bind(draft: ApiObject, binding: ApiObject, cluster: Cluster): readonly FieldError[] | Refusal {
  const node = textAt(fieldsAt(binding, 'target'), 'name')
  const name = draft.metadata.name
  const refuse = (why: string): Refusal => ({
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on pods/binding ${JSON.stringify(name)}: ${why}`,
  })
  if (draft.metadata.deletionTimestamp !== undefined) return refuse(`pod ${name} is being deleted, cannot be assigned to a host`)
  if (nodeOf(draft) !== '') return refuse(`pod ${name} is already assigned to node ${JSON.stringify(nodeOf(draft))}`)
  ensure(draft, 'spec')['nodeName'] = node
  const status = ensure(draft, 'status')
  const since = `${cluster.now().toISOString().slice(0, 19)}Z`
  const others = listAt(status, 'conditions').filter((condition) => condition['type'] !== 'PodScheduled')
  status['conditions'] = [...others, { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: since }]
  return []
}

/** A Pod that no node has, or that has ended, goes at once. */
function graceOf(pod: ApiObject): number {
  const phase = textAt(fieldsAt(pod, 'status'), 'phase')
  if (nodeOf(pod) === '' || phase === 'Succeeded' || phase === 'Failed') return 0
  const spec = fieldsAt(pod, 'spec')
  return spec['terminationGracePeriodSeconds'] === undefined ? GRACE_SECONDS : Math.max(numberAt(spec, 'terminationGracePeriodSeconds'), 1)
}

const nodeOf = (pod: ApiObject): string => textAt(fieldsAt(pod, 'spec'), 'nodeName')
