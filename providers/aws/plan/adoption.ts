/** The plan that takes over the load balancer a Service names: a look whether it may be, then one step. What follows is planned on what it finds. */
import type { Plan } from '../../../src/provider/provider.ts'
import { stackOf } from '../names.ts'
import { type AwsStep, step } from '../steps.ts'
import type { AwsView } from '../view.ts'
import { readWants } from './accept/accept.ts'
import type { Parties, Want } from './parties.ts'
import { phased, stagesOf } from './steps/phases.ts'
import { SHARED_SETTINGS } from './accept/shared-settings.ts'
import { ADOPTED_FINGERPRINT } from './wanted/fingerprint.ts'
import type { WantedPort } from './wanted/ports.ts'
import { targetsOf } from './wanted/targets.ts'

const BACKENDS_WAIT_MS = 10_000

/** Undefined where no Service names one, or it is ours already, or the request has to be refused anyway. A load balancer that is taken over is not shared. */
export function adoptionPlan(parties: Parties, view: AwsView): Plan<AwsStep> | undefined {
  const { ports, refused } = readWants(parties)
  const asking = parties.wants.find(({ owner, want }) => want.settings.adopt !== undefined && ports.has(owner.uid))
  if (asking === undefined) return undefined
  const { owner, want } = asking
  const { adopt, scheme, securityGroups } = SHARED_SETTINGS.of(asking)
  if (adopt === undefined || [...view.loadBalancers.values()].some(({ arn }) => arn === adopt)) return undefined
  const refusals = [...refused.values()]
  const empty = ports.get(owner.uid)?.find((port) => !hasTargets(want, port))
  if (empty !== undefined) {
    const because = `nothing can be registered for ${empty.mark} yet, and what is taken over keeps its targets until then`
    return { stages: [], refused: refusals, waiting: [{ owner, because, afterMs: BACKENDS_WAIT_MS }] }
  }
  const call = {
    arn: adopt,
    mark: { stack: stackOf(owner, want), owner, settings: ADOPTED_FINGERPRINT, adopted: true },
    ...(scheme === undefined ? {} : { scheme }),
    hasGroups: securityGroups.kind !== 'none',
  } as const
  const common = { key: adopt.split('/').at(-2) ?? adopt, serves: [owner], call } as const
  const taking =
    view.candidates?.has(adopt) === true
      ? phased('adopt', step('update adoption', { ...common, why: 'the Service names it, with its listeners and target groups' }))
      : phased('read', step('read adoption', { ...common, why: 'whether it may be taken over' }))
  return { stages: stagesOf([taking]), refused: refusals, waiting: [] }
}

/** A Service that is new has no endpoints for a moment, and would have none in place of those that serve now. */
function hasTargets({ settings: { targets }, backends }: Want['want'], { leader }: WantedPort): boolean {
  const backend = backends.ports[leader.key]
  if (backend === undefined || backend.endpoints.length === 0) return false
  return targets === 'pods' || targetsOf({ targetType: 'instance', ipAddressType: 'ipv4' }, backend, backends.nodes, undefined).length > 0
}
