/** What belongs to the cluster in the emulated AWS, and what does not. */
import type { AwsEmulator } from '../../../emulators/aws/index.ts'
import { CLUSTER_TAG } from '../../../providers/aws/marks.ts'
import type { CloudObject } from '../under-test.ts'

/** A load balancer and a target group of another owner, in the same VPC and without our marks. */
export function addForeign({ cloud }: AwsEmulator): void {
  cloud.call('elb', 'CreateLoadBalancer', { Name: 'foreign', Type: 'network', Scheme: 'internal', Subnets: [cloud.ids.privateSubnets[0]] })
  cloud.call('elb', 'CreateTargetGroup', { Name: 'foreign', Protocol: 'TCP', Port: 80, VpcId: cloud.ids.vpc, TargetType: 'instance' })
}

/** What bears our mark, rules that stand in a group of ours or let one of ours in, and what lingers of a balancer of ours. */
export function isOurs({ cloud }: AwsEmulator): (object: CloudObject) => boolean {
  const groups = cloud.objects().flatMap(({ kind, name, tags }) => (kind === 'security group' && CLUSTER_TAG in tags ? [name] : []))
  return ({ kind, tags, settings }) =>
    kind === 'rule' ? groups.some((name) => settings['group'] === name || String(settings['rule']).includes(name)) : CLUSTER_TAG in tags
}
