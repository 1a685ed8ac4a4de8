/** Nodes: plain objects whose status other programs write. */
import type { ApiObject, FieldError, ResourceDefinition } from '../resource.ts'
import { validateRange } from './rules/addresses.ts'
import { ageColumn, nameColumn, textColumn } from './rules/columns.ts'
import { ensure, fieldsAt, listAt, omitEmpty, textAt } from './rules/draft.ts'
import { forbidden, invalid, sameJson } from './rules/field-errors.ts'
import { validateMeta, validateMetaUpdate } from './rules/object-meta.ts'

const NOT_READY = 'node.kubernetes.io/not-ready'
const ROLE = 'node-role.kubernetes.io/'

export const nodes: ResourceDefinition = {
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  singular: 'node',
  shortNames: ['no'],
  namespaced: false,
  subresources: ['status'],
  columns: [
    nameColumn,
    textColumn('Status', 0, showStatus),
    textColumn('Roles', 0, showRoles),
    ageColumn,
    textColumn('Version', 0, (node) => infoOf(node, 'kubeletVersion')),
    textColumn('Internal-IP', 1, (node) => addressOf(node, 'InternalIP')),
    textColumn('External-IP', 1, (node) => addressOf(node, 'ExternalIP')),
    textColumn('OS-Image', 1, (node) => infoOf(node, 'osImage') || '<unknown>'),
    textColumn('Kernel-Version', 1, showKernel),
    textColumn('Container-Runtime', 1, (node) => infoOf(node, 'containerRuntimeVersion') || '<unknown>'),
  ],
  selectable: { 'spec.unschedulable': (node) => String(fieldsAt(node, 'spec')['unschedulable'] === true) },
  strategy: {
    default(draft) {
      const spec = ensure(draft, 'spec')
      omitEmpty(spec, ['podCIDR', 'podCIDRs', 'providerID', 'unschedulable', 'taints'])
      if (Array.isArray(spec['podCIDRs']) && spec['podCIDR'] === undefined) spec['podCIDR'] = spec['podCIDRs'][0]
      if (typeof spec['podCIDR'] === 'string') spec['podCIDRs'] ??= [spec['podCIDR']]
      defaultStatus(draft)
    },
    // As the admission of the real server: nothing is scheduled on a node before it was seen ready.
    prepareForCreate(draft) {
      const spec = ensure(draft, 'spec')
      const taints = listAt(spec, 'taints')
      if (!taints.some((taint) => taint['key'] === NOT_READY && taint['effect'] === 'NoSchedule')) {
        spec['taints'] = [...taints, { key: NOT_READY, effect: 'NoSchedule' }]
      }
    },
    prepareForUpdate(draft, old) {
      draft['status'] = structuredClone(old['status'])
    },
    prepareForStatus(draft, old) {
      draft['spec'] = structuredClone(old['spec'])
    },
    validateCreate: (draft) => [...validateMeta(draft, { name: 'subdomain', namespaced: false }), ...validatePodRanges(draft)],
    validateUpdate: (draft, old) => [...validateMetaUpdate(draft, old), ...validateUpdate(draft, old)],
    validateStatus: (draft, old) => validateMetaUpdate(draft, old),
  },
}

/** What a node always shows, and the allocatable resources that follow the capacity. */
function defaultStatus(draft: ApiObject): void {
  const status = ensure(draft, 'status')
  if (status['capacity'] !== undefined && status['allocatable'] === undefined) status['allocatable'] = structuredClone(status['capacity'])
  for (const condition of listAt(status, 'conditions')) {
    condition['lastHeartbeatTime'] ??= null
    condition['lastTransitionTime'] ??= null
  }
  const info = ensure(status, 'nodeInfo')
  const strings = ['machineID', 'systemUUID', 'bootID', 'kernelVersion', 'osImage', 'containerRuntimeVersion', 'kubeletVersion']
  for (const key of [...strings, 'kubeProxyVersion', 'operatingSystem', 'architecture']) info[key] ??= ''
  const endpoints = ensure(status, 'daemonEndpoints')
  const kubelet = ensure(endpoints, 'kubeletEndpoint')
  kubelet['Port'] ??= 0
}

function validatePodRanges(node: ApiObject): FieldError[] {
  const ranges = fieldsAt(node, 'spec')['podCIDRs']
  if (!Array.isArray(ranges)) return []
  return ranges.flatMap((range, index) => (typeof range === 'string' ? validateRange(`spec.podCIDRs[${index}]`, range) : []))
}

function validateUpdate(node: ApiObject, old: ApiObject): FieldError[] {
  const [spec, before] = [fieldsAt(node, 'spec'), fieldsAt(old, 'spec')]
  const errors: FieldError[] = []
  if (before['podCIDRs'] !== undefined && !sameJson(spec['podCIDRs'], before['podCIDRs'])) {
    errors.push(forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'))
  }
  if (textAt(before, 'providerID') !== '' && spec['providerID'] !== before['providerID']) {
    // The server shows no value here.
    errors.push(invalid('spec.providerID', null, 'field cannot be modified once set'))
  }
  return errors
}

function showStatus(node: ApiObject): string {
  const ready = listAt(fieldsAt(node, 'status'), 'conditions').find((condition) => condition['type'] === 'Ready')
  const shown = ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady'
  return fieldsAt(node, 'spec')['unschedulable'] === true ? `${shown},SchedulingDisabled` : shown
}

function showRoles(node: ApiObject): string {
  const roles = Object.entries(node.metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(ROLE)) return key.slice(ROLE.length)
    return key === 'kubernetes.io/role' && value !== '' ? value : []
  })
  const shown = [...new Set(roles)].filter((role) => role !== '').toSorted()
  return shown.length === 0 ? '<none>' : shown.join(',')
}

function showKernel(node: ApiObject): string {
  const architecture = infoOf(node, 'architecture')
  return `${infoOf(node, 'kernelVersion') || '<unknown>'}${architecture === '' ? '' : ` (${architecture})`}`
}

const infoOf = (node: ApiObject, key: string): string => textAt(fieldsAt(fieldsAt(node, 'status'), 'nodeInfo'), key)

function addressOf(node: ApiObject, type: string): string {
  const address = listAt(fieldsAt(node, 'status'), 'addresses').find((candidate) => candidate['type'] === type)
  return address === undefined ? '<none>' : textAt(address, 'address')
}
