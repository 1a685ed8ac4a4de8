/**
 * What an update takes over from the stored Service, and what it drops with a change of type. Clients may leave out what the server allocated; and what only the
 * former type needed goes, unless the client changed it too (then validation speaks).
 */
import type { ApiObject } from '../../resource.ts'
import { isExternal, needsClusterIp, needsHealthCheck, needsNodePorts, portsOf, sameList, specOf, statusOf, type ServiceSpec } from './spec.ts'

/** Puts back what was allocated and left out, and brings `clusterIP` and `clusterIPs` in step. */
export function carryOver(spec: ServiceSpec, old: ServiceSpec): void {
  if (needsClusterIp(old) && needsClusterIp(spec)) {
    if (old.clusterIP !== undefined) spec.clusterIP ??= old.clusterIP
    if (old.clusterIPs !== undefined && isNone(spec.clusterIPs)) spec.clusterIPs = [...old.clusterIPs]
  }
  if (allocatesNodePorts(old) && allocatesNodePorts(spec)) carryNodePorts(spec, old)
  if (needsHealthCheck(old) && needsHealthCheck(spec) && old.healthCheckNodePort !== undefined) spec.healthCheckNodePort ??= old.healthCheckNodePort
  alignClusterIps(spec, old)
}

const allocatesNodePorts = (spec: ServiceSpec): boolean => needsNodePorts(spec) && (spec.type === 'NodePort' || spec.allocateLoadBalancerNodePorts !== false)

function carryNodePorts(spec: ServiceSpec, old: ServiceSpec): void {
  const numbers = (of: ServiceSpec): number[] => portsOf(of).flatMap((port) => port.nodePort ?? [])
  const used = new Set(numbers(old).filter((number) => numbers(spec).includes(number)))
  const byName = new Map(portsOf(old).map((port) => [port.name ?? '', port.nodePort]))
  for (const port of portsOf(spec)) {
    const before = byName.get(port.name ?? '')
    if (port.nodePort === undefined && before !== undefined && !used.has(before)) port.nodePort = before
  }
}

/** Of a new Service: who gives `clusterIP` alone means `clusterIPs` too. */
export function completeClusterIps(spec: ServiceSpec): void {
  if (spec.clusterIP !== undefined && isNone(spec.clusterIPs)) spec.clusterIPs = [spec.clusterIP]
}

function alignClusterIps(spec: ServiceSpec, old: ServiceSpec): void {
  if (!isNone(old.clusterIPs) && isNone(spec.clusterIPs) && old.clusterIP === spec.clusterIP && old.clusterIPs !== undefined) {
    spec.clusterIPs = [...old.clusterIPs]
  }
  if (old.clusterIP === spec.clusterIP || !sameList(old.clusterIPs, spec.clusterIPs)) return
  if (spec.clusterIP === undefined) delete spec.clusterIPs
  else spec.clusterIPs = [spec.clusterIP]
}

/** Drops what the new type does not need and the client did not touch. */
export function dropForType(service: ApiObject, old: ServiceSpec): void {
  const spec = specOf(service)
  if (needsClusterIp(old) && !needsClusterIp(spec)) {
    if (spec.clusterIP === old.clusterIP && sameList(spec.clusterIPs, old.clusterIPs)) drop(spec, 'clusterIP', 'clusterIPs')
    if (sameList(spec.ipFamilies, old.ipFamilies)) drop(spec, 'ipFamilies')
    if (spec.ipFamilyPolicy === old.ipFamilyPolicy) drop(spec, 'ipFamilyPolicy')
  }
  if (needsNodePorts(old) && !needsNodePorts(spec)) {
    const before = new Set(portsOf(old).map((port) => port.nodePort))
    const addsNone = portsOf(spec).every((port) => port.nodePort === undefined || before.has(port.nodePort))
    if (addsNone) for (const port of portsOf(spec)) delete port.nodePort
  }
  if (needsHealthCheck(old) && !needsHealthCheck(spec) && spec.healthCheckNodePort === old.healthCheckNodePort) drop(spec, 'healthCheckNodePort')
  if (old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    if (spec.allocateLoadBalancerNodePorts === old.allocateLoadBalancerNodePorts) drop(spec, 'allocateLoadBalancerNodePorts')
    if (spec.loadBalancerClass === old.loadBalancerClass) drop(spec, 'loadBalancerClass')
  }
  if (isExternal(old) && !isExternal(spec) && spec.externalTrafficPolicy === old.externalTrafficPolicy) drop(spec, 'externalTrafficPolicy')
  if (spec.type === 'ExternalName') drop(spec, 'internalTrafficPolicy')
  if (spec.type !== 'LoadBalancer') statusOf(service).loadBalancer = {}
}

function drop(spec: ServiceSpec, ...keys: (keyof ServiceSpec)[]): void {
  for (const key of keys) delete spec[key]
}

const isNone = (list: readonly string[] | undefined): boolean => list === undefined || list.length === 0
