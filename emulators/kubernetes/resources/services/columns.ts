/** What `kubectl get services` shows. */
import type { ApiObject, Column } from '../../resource.ts'
import { ageColumn, nameColumn, pairs, textColumn } from '../rules/columns.ts'
import { portsOf, specOf, statusOf } from './spec.ts'

export const SERVICE_COLUMNS: readonly Column[] = [
  nameColumn,
  textColumn('Type', 0, (service) => specOf(service).type ?? ''),
  textColumn('Cluster-IP', 0, (service) => specOf(service).clusterIPs?.[0] ?? '<none>'),
  textColumn('External-IP', 0, showExternal),
  textColumn('Port(s)', 0, showPorts),
  ageColumn,
  textColumn('Selector', 1, (service) => pairs(specOf(service).selector)),
]

function showExternal(service: ApiObject): string {
  const spec = specOf(service)
  const external = spec.externalIPs ?? []
  if (spec.type === 'ExternalName') return spec.externalName ?? ''
  if (spec.type !== 'LoadBalancer') return external.length === 0 ? '<none>' : external.join(',')
  const published = showIngress(service)
  if (external.length === 0) return published === '' ? '<pending>' : published
  return [...(published === '' ? [] : published.split(',')), ...external].join(',')
}

/** The address of each entry, else its name, each once and sorted. */
function showIngress(service: ApiObject): string {
  const entries = statusOf(service).loadBalancer?.ingress ?? []
  return [...new Set(entries.flatMap((entry) => entry.ip ?? entry.hostname ?? []))].toSorted().join(',')
}

function showPorts(service: ApiObject): string {
  const shown = portsOf(specOf(service)).map((port) => `${port.port}${port.nodePort === undefined ? '' : `:${port.nodePort}`}/${port.protocol}`)
  return shown.length === 0 ? '<none>' : shown.join(',')
}
