/** Which objects bear tags, and under which name. */
import { createHash } from 'node:crypto'
import type { Listener, Tags } from './objects.ts'
import { type Region, arnOf } from './region.ts'

/** EC2's objects by the beginning of their id. */
const EC2_KINDS = {
  vpc: { type: 'vpc', table: 'vpcs' },
  subnet: { type: 'subnet', table: 'subnets' },
  rtb: { type: 'route-table', table: 'routeTables' },
  sg: { type: 'security-group', table: 'groups' },
  eni: { type: 'network-interface', table: 'interfaces' },
  i: { type: 'instance', table: 'instances' },
  eipalloc: { type: 'elastic-ip', table: 'addresses' },
  pl: { type: 'prefix-list', table: 'prefixLists' },
} as const

function kindOf(id: string): (typeof EC2_KINDS)[keyof typeof EC2_KINDS] | undefined {
  const prefix = id.slice(0, Math.max(0, id.indexOf('-')))
  return Object.entries(EC2_KINDS).find(([name]) => name === prefix)?.[1]
}

export interface TaggedObject {
  readonly id: string
  readonly type: string
  readonly tags: Tags
}

/** An object of EC2. Undefined: there is none with this id. */
export function ec2Object(region: Region, id: string): TaggedObject | undefined {
  const kind = kindOf(id)
  const tags = kind === undefined ? undefined : region[kind.table].get(id)?.tags
  return kind === undefined || tags === undefined ? undefined : { id, type: kind.type, tags }
}

export function ec2Objects(region: Region): readonly TaggedObject[] {
  return Object.values(EC2_KINDS).flatMap(({ type, table }) => [...region[table]].map(([id, { tags }]) => ({ id, type, tags })))
}

/** The ARN of a listener's default rule: the listener's with 16 more digits. */
export function defaultRuleArn({ arn }: Pick<Listener, 'arn'>): string {
  return `${arn.replace(':listener/', ':listener-rule/')}/${createHash('sha256').update(`rule ${arn}`).digest('hex').slice(0, 16)}`
}

/** The listener whose default rule has this ARN. */
export function listenerOfRule({ listeners }: Region, ruleArn: string): Listener | undefined {
  const listener = listeners.get(ruleArn.replace(':listener-rule/', ':listener/').replace(/\/[^/]*$/, ''))
  return listener !== undefined && defaultRuleArn(listener) === ruleArn ? listener : undefined
}

/** The tags of a load balancer, a target group, a listener or a listener's rule. */
export function elbTags(region: Region, arn: string): Tags | undefined {
  if (arn.includes(':listener-rule/')) return listenerOfRule(region, arn)?.ruleTags
  return (region.balancers.get(arn) ?? region.targetGroups.get(arn) ?? region.listeners.get(arn))?.tags
}

/** Remembers the tags of an object as they are now, or that it is gone. Of EC2's objects only groups are of interest to anybody. */
export function noteTags(region: Region, id: string, at = region.clock.now()): void {
  if (id.startsWith('arn:')) region.tagLog.note(id, { at, tags: elbTags(region, id) })
  else if (id.startsWith('sg-')) region.tagLog.note(arnOf(region, 'ec2', `security-group/${id}`), { at, tags: region.groups.get(id)?.tags })
}
