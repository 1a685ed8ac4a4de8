/** What may not be taken over, and why: each answer goes on after "the load balancer". */
import type { Listener, LoadBalancer, TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2'
import { FIELDS } from '../fields.ts'
import { CLUSTER_TAG, OWNER_TAG, STACK_TAG, type Tags } from '../marks.ts'
import { detailsOf } from '../read/from-sdk/listeners.ts'
import type { Call } from '../steps.ts'
import type { Mark } from '../view.ts'

export function misfit(found: LoadBalancer, { scheme, hasGroups }: Call<'adoption', 'update'>, vpcId: string): string | undefined {
  const has = (found.SecurityGroups ?? []).length > 0
  if (found.Type !== 'network') return 'is no Network Load Balancer'
  if (found.VpcId !== vpcId) return `is in the VPC ${String(found.VpcId)}; allowed: one in ${vpcId}`
  if (found.State?.Code === 'failed') return 'has failed: AWS could not make it'
  if (scheme !== undefined && found.Scheme !== scheme) return `is ${String(found.Scheme)}, and ${FIELDS.scheme} says ${scheme}`
  // AWS gives groups only to one that was made with some, and takes never the last.
  if (hasGroups && !has)
    return `has no security groups, and AWS gives it none any more; allowed: ${FIELDS.noSecurityGroups}: 'true', with clients limited elsewhere`
  return !hasGroups && has ? `has security groups, and ${FIELDS.noSecurityGroups} asks for none` : undefined
}

/** What we could neither compare nor change. */
export function unknownPart(listeners: readonly Listener[], groups: readonly TargetGroup[]): string | undefined {
  const odd = listeners.find((listener) => detailsOf(listener) === undefined)
  if (odd !== undefined) return `has a listener on port ${String(odd.Port)} for ${String(odd.Protocol)}, which is not known here`
  const group = groups.find(({ TargetType }) => TargetType !== 'instance' && TargetType !== 'ip')
  return group === undefined ? undefined : `leads to ${String(group.TargetType)} targets (${String(group.TargetGroupName)}); allowed: instance and ip`
}

/** Tags by which other controllers know what they go on to work on: the AWS Load Balancer Controller's, and the cloud provider's. */
const THEIRS = new Set(['elbv2.k8s.aws/cluster', 'service.k8s.aws/stack', 'kubernetes.io/service-name'])

/** Whose mark is on one of its parts; undefined where there is none but ours. */
export function foreignMark(tags: Tags, clusterId: string, { stack }: Mark): string | undefined {
  const other = Object.keys(tags).find((key) => THEIRS.has(key) || (key.startsWith('kubernetes.io/cluster/') && tags[key] === 'owned'))
  const remedy = 'take that controller off it first, then its tags, from its listeners and target groups too'
  if (other !== undefined) return `carries another controller's mark (tag ${other}: ${String(tags[other])}); ${remedy}`
  const cluster = tags[CLUSTER_TAG]
  if (cluster !== undefined && cluster !== clusterId) return `carries the mark of the cluster ${cluster}`
  const isElsewhere = cluster !== undefined && tags[STACK_TAG] !== stack
  return isElsewhere ? `belongs to ${tags[OWNER_TAG]?.split('/').slice(0, 2).join('/') ?? `the Stack ${String(tags[STACK_TAG])}`}` : undefined
}
