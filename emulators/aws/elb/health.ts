/** Reports the health of targets. */
import type { Target, TargetGroup } from '../cloud/objects.ts'
import type { Region } from '../cloud/region.ts'
import { healthOf } from '../packets/health.ts'
import type { Input } from '../wire/input.ts'
import type { Members } from '../wire/output.ts'
import { targetGroupNamed } from './find.ts'
import { dropDrained, readTargets, targetKey } from './targets.ts'

export function describeTargetHealth(region: Region, input: Input): Members {
  const group = targetGroupNamed(region, input)
  dropDrained(region, group)
  const asked = input.has('Targets') ? readTargets(input, group) : undefined
  const shown = asked === undefined ? [...group.targets.values()].map((one) => show(region, group, one)) : asked.map((one) => showAsked(region, group, one))
  return { TargetHealthDescriptions: shown }
}

function showAsked(region: Region, group: TargetGroup, named: Pick<Target, 'id' | 'port' | 'zone'>): Members {
  const known = group.targets.get(targetKey(named)) ?? [...group.targets.values()].find(({ id, port }) => id === named.id && port === named.port)
  if (known !== undefined) return show(region, group, known)
  return {
    Target: { Id: named.id, Port: named.port, AvailabilityZone: named.zone },
    TargetHealth: { State: 'unused', Reason: 'Target.NotRegistered', Description: 'Target is not registered to the target group' },
  }
}

function show(region: Region, group: TargetGroup, target: Target): Members {
  const { state, reason, description } = healthOf(region, group, target)
  return {
    Target: { Id: target.id, Port: target.port, AvailabilityZone: target.zone },
    HealthCheckPort: group.health.port === 'traffic-port' ? String(target.port) : group.health.port,
    TargetHealth: { State: state, Reason: reason, Description: description },
  }
}
