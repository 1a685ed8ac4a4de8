/** The plan that takes over the load balancer a Service names: one step. What follows is planned on what it finds. */
import type { Plan } from '../../../src/provider/provider.ts'
import { stackOf } from '../names.ts'
import type { AwsStep } from '../steps.ts'
import type { AwsView } from '../view.ts'
import { readWishes } from './accept.ts'
import type { Cast, Want } from './cast.ts'
import { draft, stagesOf } from './draft.ts'
import { edgeOf } from './edge.ts'
import { ADOPTED_PRINT } from './fingerprint.ts'
import type { WantedPort } from './ports.ts'
import { targetsOf } from './targets.ts'

const BACKENDS_WAIT_MS = 10_000

/** Undefined where nobody names one, or it is ours already, or the wish has to be refused anyway. A load balancer that is taken over is not shared. */
export function adoptionPlan(cast: Cast, view: AwsView): Plan<AwsStep> | undefined {
  const { ports, refused } = readWishes(cast)
  const asking = cast.wants.find(({ owner, want }) => want.settings.adopt !== undefined && ports.has(owner.uid))
  if (asking === undefined) return undefined
  const { owner, want } = asking
  const { adopt, scheme, securityGroups } = edgeOf(asking)
  if (adopt === undefined || [...view.loadBalancers.values()].some(({ arn }) => arn === adopt)) return undefined
  const refusals = [...refused.values()]
  const empty = ports.get(owner.uid)?.find((port) => !hasTargets(want, port))
  if (empty !== undefined) {
    const because = `nothing can be registered for ${empty.mark} yet, and what is taken over keeps its targets until then`
    return { stages: [], refused: refusals, waiting: [{ owner, because, afterMs: BACKENDS_WAIT_MS }] }
  }
  const call = {
    arn: adopt,
    mark: { stack: stackOf(owner, want), owner, settings: ADOPTED_PRINT, adopted: true },
    ...(scheme === undefined ? {} : { scheme }),
    hasGroups: securityGroups.kind !== 'none',
  } as const
  const key = adopt.split('/').at(-2) ?? adopt
  const step = draft('adopt', {
    verb: 'update',
    kind: 'adoption',
    key,
    serves: [owner],
    why: 'the Service names it, with its listeners and target groups',
    call,
  })
  return { stages: stagesOf([step]), refused: refusals, waiting: [] }
}

/** A Service that is new has no endpoints for a moment, and would be served by nobody in place of those who serve now. */
function hasTargets({ settings: { targets }, backends }: Want['want'], { leader }: WantedPort): boolean {
  const backend = backends.ports[leader.key]
  if (backend === undefined || backend.endpoints.length === 0) return false
  return targets === 'pods' || targetsOf({ targetType: 'instance', ipAddressType: 'ipv4' }, backend, backends.nodes, undefined).length > 0
}
