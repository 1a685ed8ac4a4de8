/** Services: the rules put together in the order in which the API server runs them. */
import type { ApiObject, Cluster, FieldError, Refusal, ResourceDefinition } from '../../resource.ts'
import { formatAddress, parseAddress, parseRange, type Range } from '../rules/addresses.ts'
import { carryOver, completeClusterIps, dropForType } from './carry-over.ts'
import { allocateClusterIps, CLUSTER_IP_INDEX } from './cluster-ips.ts'
import { SERVICE_COLUMNS } from './columns.ts'
import { defaultService } from './defaults.ts'
import { decideFamilies } from './families.ts'
import { allocateNodePorts, NODE_PORT_INDEX, type PortRange } from './node-ports.ts'
import { nodePortsOf, specOf } from './spec.ts'
import { keepSpec, validateServiceStatus, warnOfStatus } from './status.ts'
import { validateService, validateServiceUpdate } from './validate.ts'
import { warnOfService } from './warnings.ts'

export interface ServiceOptions {
  /** One CIDR, or one of each family; the first is the cluster's own family. */
  readonly clusterIpRanges: readonly string[]
  readonly nodePorts: PortRange
}

// oxlint-disable-next-line max-lines-per-function -- a member for each part of the definition
export function services(options: ServiceOptions): ResourceDefinition {
  const ranges = options.clusterIpRanges.map((text) => {
    const range = parseRange(text)
    if (range === undefined) throw new TypeError(`${text} is no CIDR`)
    return range
  })
  return {
    group: '',
    version: 'v1',
    kind: 'Service',
    plural: 'services',
    singular: 'service',
    shortNames: ['svc'],
    categories: ['all'],
    namespaced: true,
    subresources: ['status'],
    columns: SERVICE_COLUMNS,
    selectable: {
      'spec.clusterIP': (service) => specOf(service).clusterIP ?? '',
      'spec.type': (service) => specOf(service).type ?? '',
    },
    indexes: {
      [CLUSTER_IP_INDEX]: (service) => (specOf(service).clusterIPs ?? []).map(canonical),
      [NODE_PORT_INDEX]: (service) => nodePortsOf(specOf(service)).map(String),
    },
    createOnUpdate: true,
    returnsDeleted: true,
    strategy: {
      default: defaultService,
      allocate: (draft, old, cluster) => allocate(draft, old, { cluster, ranges, nodePorts: options.nodePorts }),
      prepareForCreate: prepareForCreate,
      prepareForUpdate: prepareForUpdate,
      prepareForStatus: keepSpec,
      validateCreate: validateService,
      validateUpdate: validateServiceUpdate,
      validateStatus: validateServiceStatus,
      warnings: warnOfService,
      statusWarnings: warnOfStatus,
    },
  }
}

interface Pools {
  readonly cluster: Cluster
  readonly ranges: readonly Range[]
  readonly nodePorts: PortRange
}

function allocate(draft: ApiObject, old: ApiObject | undefined, pools: Pools): readonly FieldError[] | Refusal {
  const spec = specOf(draft)
  const before = old === undefined ? undefined : specOf(old)
  if (before === undefined) completeClusterIps(spec)
  else carryOver(spec, before)
  const families = decideFamilies(
    spec,
    before,
    pools.ranges.map((range) => range.family),
  )
  if (families.length > 0) return families
  const addresses = allocateClusterIps(draft, before, pools)
  if ('code' in addresses || addresses.length > 0) return addresses
  return allocateNodePorts(draft, before, { cluster: pools.cluster, range: pools.nodePorts })
}

function prepareForCreate(draft: ApiObject): void {
  draft['status'] = { loadBalancer: {} }
}

function prepareForUpdate(draft: ApiObject, old: ApiObject): void {
  draft['status'] = structuredClone(old['status'])
  dropForType(draft, specOf(old))
}

function canonical(text: string): string {
  const address = parseAddress(text)
  return address === undefined ? text : formatAddress(address)
}
