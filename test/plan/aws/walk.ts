/** A Stack on its walk through wishes, with a core that publishes what is reported; and what there is in the end, whatever way led there. */
import * as fc from 'fast-check'
import { balancerDefaults, groupDefaults, LISTENER_DEFAULTS } from '../../../providers/aws/plan/wanted/attributes.ts'
import { type Moment, momentsOf, PlanWalk } from '../../cloud/plan-walk.ts'
import { AwsWorld } from './aws-world.ts'
import { type AwsAsk, backendsOf, keys, nodes, type Reported, want } from './build.ts'
import { asks, LAND } from './random-wishes.ts'

type Backends = ReturnType<typeof nodes>
export type AwsMoment = Moment<AwsAsk, Backends>

export const moments: fc.Arbitrary<AwsMoment> = momentsOf(asks, fc.constantFrom(nodes(1), nodes(2, 3)))

export type AwsWalk = PlanWalk<AwsAsk, Backends, Reported, AwsWorld>

/** `share`: the key under which all share a load balancer. */
export function awsWalk(share?: string): AwsWalk {
  return new PlanWalk<AwsAsk, Backends, Reported, AwsWorld>(new AwsWorld(LAND), (moment, { published, lingering, age }): Reported => {
    if (moment.kind === 'gone') return { gone: true }
    if (moment.kind === 'follow') return { follow: backendsOf(keys('80/TCP', '443/TCP', '53/TCP', '53/UDP'), { on: moment.on }) }
    return { want: want({ ...moment.ask, ...(share === undefined ? {} : { share }) }), published, lingering, age }
  })
}

export function leftOver({ world }: AwsWalk): readonly string[] {
  const { loadBalancers, targetGroups, listeners, securityGroups } = world.view
  return [...loadBalancers.keys(), ...targetGroups.keys(), ...listeners.keys(), ...securityGroups.keys()]
}

/** What there really is, in words that do not depend on how it came to be. */
export function effect({ world }: AwsWalk): unknown {
  const { view, hidden } = world.account
  const [balancer, ...others] = [...view.loadBalancers.values()]
  if (balancer === undefined) return undefined
  const attributesOf = (arn: string, defaults: Readonly<Record<string, string>>) => ({ ...defaults, ...hidden.get(arn)?.attributes })
  return {
    others: others.length,
    balancer: [
      balancer.scheme,
      balancer.ipAddressType,
      balancer.securityGroups.length,
      balancer.privateLinkRules ?? true,
      balancer.tags,
      hidden.get(balancer.arn)?.capacityUnits ?? 0,
    ],
    reserved: balancer.zones.map(({ allocationId }) => allocationId),
    settings: attributesOf(balancer.arn, balancerDefaults(balancer.scheme)),
    rules: [...view.securityGroups.values()].flatMap(({ rules }) =>
      rules.map(({ protocol, from, to, source }) => `${protocol} ${from} ${to} ${source}`).toSorted(),
    ),
    listeners: [...view.listeners.values()]
      .toSorted((a, b) => a.port - b.port)
      .map(({ arn, port, mark, tags }) => {
        const { targetGroupArn = '', ...details } = hidden.get(arn)?.details ?? {}
        const group = [...view.targetGroups.values()].find((one) => one.arn === targetGroupArn)
        return [
          port,
          mark.listener,
          mark.owner,
          tags,
          { ...details, alpn: 'alpn' in details && details.alpn !== 'None' ? details.alpn : undefined },
          'protocol' in details && details.protocol === 'TCP' ? attributesOf(arn, LISTENER_DEFAULTS) : {},
          group && [group.protocol, group.targetType, group.ipAddressType, group.healthCheck, group.tags, hidden.get(group.arn)?.targets],
          group && { ...attributesOf(group.arn, groupDefaults(group.protocol, group.targetType)), 'stickiness.type': undefined },
        ]
      }),
    groups: view.targetGroups.size,
  }
}
