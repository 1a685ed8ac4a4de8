/** A target group and what is registered in it, as ELBv2 shows them, in our words. */
import type { TargetDescription, TargetGroup, TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Labels } from '../../marks.ts'
import type { GroupHealthCheck, Target, TargetGroupPart } from '../../view.ts'
import { given, oneOf, required } from './require.ts'

export function targetGroupPart(found: TargetGroup, { mark, tags }: Labels): TargetGroupPart {
  return {
    mark,
    tags,
    name: required(found.TargetGroupName, 'TargetGroupName'),
    arn: required(found.TargetGroupArn, 'TargetGroupArn'),
    protocol: oneOf(['TCP', 'UDP', 'TCP_UDP', 'TLS'], found.Protocol, 'Protocol'),
    port: required(found.Port, 'Port'),
    targetType: oneOf(['instance', 'ip'], found.TargetType, 'TargetType'),
    ipAddressType: oneOf(['ipv4', 'ipv6'], found.IpAddressType ?? 'ipv4', 'IpAddressType'),
    healthCheck: healthCheckOf(found),
    loadBalancerArns: (found.LoadBalancerArns ?? []).toSorted(),
  }
}

/** After a change from HTTP to TCP the API may go on to show the path that counted before. */
export function healthCheckOf(found: TargetGroup): GroupHealthCheck {
  const protocol = oneOf(['TCP', 'HTTP', 'HTTPS'], found.HealthCheckProtocol, 'HealthCheckProtocol')
  return {
    protocol,
    port: required(found.HealthCheckPort, 'HealthCheckPort'),
    ...(protocol === 'TCP' ? {} : { ...given('path', found.HealthCheckPath), ...given('successCodes', found.Matcher?.HttpCode) }),
    intervalSeconds: required(found.HealthCheckIntervalSeconds, 'HealthCheckIntervalSeconds'),
    timeoutSeconds: required(found.HealthCheckTimeoutSeconds, 'HealthCheckTimeoutSeconds'),
    healthyThreshold: required(found.HealthyThresholdCount, 'HealthyThresholdCount'),
    unhealthyThreshold: required(found.UnhealthyThresholdCount, 'UnhealthyThresholdCount'),
  }
}

/** What is registered: what drains is on its way out, though it is listed. */
export function registeredTargets(found: readonly TargetHealthDescription[] | undefined): readonly Target[] {
  const targets = (found ?? []).flatMap(({ Target: target, TargetHealth: health }) => {
    if (health?.State === 'draining' || health?.Reason === 'Target.NotRegistered' || target === undefined) return []
    return [targetOf(target)]
  })
  return sortedTargets(targets)
}

/** For an address inside the VPC the API shows the zone that it found itself; only `all` was asked for. */
function targetOf({ Id, Port, AvailabilityZone: zone }: TargetDescription): Target {
  return { id: required(Id, 'Id'), port: required(Port, 'Port'), ...given('zone', zone === 'all' ? zone : undefined) }
}

export function sortedTargets(targets: Iterable<Target>): readonly Target[] {
  return [...targets].toSorted((a, b) => (a.id === b.id ? a.port - b.port : a.id < b.id ? -1 : 1))
}

export function targetKey({ id, port }: Target): string {
  return `${id}:${port}`
}

export function targetInput({ id, port, zone }: Target): TargetDescription {
  return { Id: id, Port: port, ...given('AvailabilityZone', zone) }
}
