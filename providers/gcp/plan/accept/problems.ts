/** What is seen to be wrong with one configuration, whatever is there and whatever others ask for. Pure. */
import type { GcpOptions } from '../../../../annotations/gcp.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import type { Desired } from '../../../../src/provider/provider.ts'
import { FIELDS } from '../../fields.ts'
import { checkFor } from '../wanted/health-check.ts'

type Wanted = Desired<GcpOptions>

export function configurationProblem(want: Wanted): Problem | undefined {
  for (const ask of [checkProblem, subnetsProblem, collectionProblem, weightProblem, affinityProblem, strongAffinityProblem, drainProblem]) {
    const problem = ask(want)
    if (problem !== undefined) return problem
  }
  return undefined
}

function invalid(field: string, value: string, wrong: string, allowed?: string): Problem {
  return { reason: 'Invalid', field, value, wrong, ...(allowed === undefined ? {} : { allowed }) }
}

function checkProblem({ settings: { listeners, externalTrafficPolicy } }: Wanted): Problem | undefined {
  const found = checkFor(listeners, externalTrafficPolicy)
  return found.kind === 'problem' ? found.problem : undefined
}

function subnetsProblem({ settings: { subnets } }: Wanted): Problem | undefined {
  return subnets.length > 1 ? invalid(FIELDS.subnets, subnets.join(','), 'names several subnets, and an address is in one', 'one subnet') : undefined
}

function collectionProblem({ settings: { families, subnets }, options: { ipCollection } }: Wanted): Problem | undefined {
  if (ipCollection === undefined) return undefined
  if (!families.includes('IPv6')) return invalid(FIELDS.ipCollection, ipCollection, 'is for IPv6 alone', `IPv6 in ${FIELDS.families}, or no value`)
  return subnets.length === 0 ? undefined : invalid(FIELDS.ipCollection, ipCollection, `contradicts ${FIELDS.subnets}`, 'only one of them')
}

/** Without it all nodes would have the same weight, as each answers for the pods that it holds. */
function weightProblem({ settings: { weighted, externalTrafficPolicy } }: Wanted): Problem | undefined {
  if (weighted !== true || externalTrafficPolicy === 'Local') return undefined
  return invalid(
    FIELDS.weighted,
    'true',
    `is not possible with ${FIELDS.trafficPolicy}: Cluster, as any node answers for all pods then`,
    `${FIELDS.trafficPolicy}: Local`,
  )
}

/** Seconds that Kubernetes writes where a Service says nothing. */
const DEFAULT_TIMEOUT = 10_800

function affinityProblem({ settings: { affinity }, options: { strongAffinity } }: Wanted): Problem | undefined {
  if (affinity.kind === 'none' || strongAffinity === true || affinity.timeoutSeconds === DEFAULT_TIMEOUT) return undefined
  const wrong = "is not possible: Google's affinity by client address has no timeout"
  return invalid(FIELDS.affinityTimeout, `${affinity.timeoutSeconds}`, wrong, `${DEFAULT_TIMEOUT}, no value, or ${FIELDS.strongAffinity}`)
}

/** Source: Compute API v1, the comments of `connectionTrackingPolicy`. */
const [SHORTEST, LONGEST] = [60, 57_600] as const

function strongAffinityProblem({ settings: { affinity, scheme, schemeIsExplicit }, options: { strongAffinity } }: Wanted): Problem | undefined {
  if (strongAffinity !== true) return undefined
  if (affinity.kind === 'none') return invalid(FIELDS.strongAffinity, 'enabled', `needs ${FIELDS.affinity}: ClientIP`)
  if (schemeIsExplicit && scheme === 'internal')
    return invalid(FIELDS.strongAffinity, 'enabled', 'is not possible for an internal load balancer', `${FIELDS.scheme}: internet-facing`)
  const { timeoutSeconds } = affinity
  if (timeoutSeconds >= SHORTEST && timeoutSeconds <= LONGEST) return undefined
  return invalid(FIELDS.affinityTimeout, `${timeoutSeconds}`, `is not possible with ${FIELDS.strongAffinity}`, `${SHORTEST} to ${LONGEST} seconds`)
}

/** Source: Compute API v1, the comment of `drainingTimeoutSec`. */
const LONGEST_DRAIN = 3_600

function drainProblem({ settings: { drainTimeoutSeconds: seconds } }: Wanted): Problem | undefined {
  if (seconds === undefined || (Number.isInteger(seconds) && seconds <= LONGEST_DRAIN)) return undefined
  return invalid(FIELDS.drainTimeout, `${seconds}s`, 'is not a drain timeout of Google', `whole seconds from 0s to ${LONGEST_DRAIN}s`)
}

/** What does not go together with the scheme that the load balancer gets. */
export function schemeProblem(
  { settings: { families, globalAccess }, options: { networkTier, strongAffinity } }: Wanted,
  scheme: 'internal' | 'internet-facing',
): Problem | undefined {
  if (scheme === 'internal') {
    if (networkTier === 'Standard')
      return invalid(FIELDS.networkTier, 'Standard', 'is for internet-facing load balancers alone', `Premium, no value, or ${FIELDS.scheme}: internet-facing`)
    if (strongAffinity === true)
      return invalid(FIELDS.strongAffinity, 'enabled', 'is not possible for an internal load balancer', `${FIELDS.scheme}: internet-facing`)
    return undefined
  }
  if (globalAccess === true)
    return invalid(
      FIELDS.globalAccess,
      'true',
      'is for internal load balancers alone: every region reaches this one',
      `no value, or ${FIELDS.scheme}: internal`,
    )
  if (networkTier === 'Standard' && families.includes('IPv6'))
    return invalid(FIELDS.networkTier, 'Standard', 'has no IPv6 addresses', `Premium, or IPv4 alone in ${FIELDS.families}`)
  return undefined
}
