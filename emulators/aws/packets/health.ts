/** The health of targets. Nothing runs in the background: each question is answered from what changed when. */
import { judge } from '../../cloud/verdict.ts'
import type { LoadBalancer, Target, TargetGroup } from '../cloud/objects.ts'
import type { Region } from '../cloud/region.ts'
import { balancerUsing } from '../elb/find.ts'
import { zoneOf } from '../elb/target-place.ts'
import { type Spot, addressesOf, isLetIn, podsBehind } from './target.ts'

export interface Health {
  readonly state: 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining'
  readonly reason?: string
  readonly description?: string
}

/** kube-proxy's own health port, which every running node answers unless set otherwise. */
const KUBE_PROXY = 10_256

export function healthOf(region: Region, group: TargetGroup, target: Target): Health {
  if (target.leftAt !== undefined) return { state: 'draining', reason: 'Target.DeregistrationInProgress', description: 'Target deregistration is in progress' }
  const balancer = balancerUsing(region, group)
  if (balancer === undefined)
    return { state: 'unused', reason: 'Target.NotInUse', description: 'Target group is not configured to receive traffic from the load balancer' }
  const why = whyUnused(region, { balancer, group, target })
  if (why !== undefined) return { state: 'unused', ...why }
  const now = region.clock.now()
  const begins = Math.max(target.registeredAt, group.usedSince ?? 0, balancer.activeAt)
  if (now < begins) return { state: 'initial', reason: 'Elb.RegistrationInProgress', description: 'Target registration is in progress' }
  if (now < begins + region.delays.registration) {
    return { state: 'initial', reason: 'Elb.InitialHealthChecking', description: 'Initial health checks in progress' }
  }
  return isHealthy(region, { balancer, group, target })
    ? { state: 'healthy' }
    : { state: 'unhealthy', reason: 'Target.FailedHealthChecks', description: 'Health checks failed' }
}

function whyUnused(region: Region, { balancer, group, target }: Spot): Omit<Health, 'state'> | undefined {
  const instance = region.instances.get(target.id)
  if (group.targetType === 'instance' && instance?.state !== 'running') {
    return { reason: 'Target.InvalidState', description: 'Target is in the stopped or terminated state' }
  }
  const zone = zoneOf(region, group, target)
  if (zone !== undefined && !balancer.attachments.some((one) => one.zone === zone)) {
    return { reason: 'Target.NotInUse', description: 'Target is in an Availability Zone that is not enabled for the load balancer' }
  }
  return undefined
}

function isHealthy(region: Region, spot: Spot): boolean {
  const { target, group } = spot
  const answers = answersCheck(region, spot)
  const at = { now: region.clock.now(), touchedAt: region.touchedAt }
  target.verdict = judge(target.verdict, { answers, ...at, confirmationMs: confirmation(region, group, answers) })
  return target.verdict.isHealthy
}

function confirmation({ delays }: Region, { health }: TargetGroup, answers: boolean): number {
  return delays.healthChange ?? health.intervalSeconds * 1000 * (answers ? health.healthyThreshold : health.unhealthyThreshold)
}

/** Does the target answer the health check, through its firewall? */
export function answersCheck(region: Region, spot: Spot): boolean {
  const { group, target, balancer } = spot
  const port = group.health.port === 'traffic-port' ? target.port : Number(group.health.port)
  const isReached = checkersOf(region, balancer, group).some((sees) => isLetIn(region, spot, { sees, port, protocol: 'TCP' }))
  return isReached && serves(region, spot, port)
}

function checkersOf(region: Region, balancer: LoadBalancer, { ipAddressType }: TargetGroup): readonly string[] {
  return addressesOf(region, balancer).filter((address) => address.includes(':') === (ipAddressType === 'ipv6'))
}

/** A pod that answers at all answers HTTP with 200; so does a healthy `healthCheckNodePort`, and with 503 an unhealthy one, which is open to a TCP check all the same. */
function serves(region: Region, spot: Spot, port: number): boolean {
  const instance = spot.group.targetType === 'instance' ? region.instances.get(spot.target.id) : undefined
  const health = instance && region.machines.health(instance, port)
  if (health !== undefined) return health || spot.group.health.protocol === 'TCP'
  if (instance !== undefined && port === KUBE_PROXY) return true
  return podsBehind(region, spot, { port, protocol: 'TCP' }).length > 0
}
