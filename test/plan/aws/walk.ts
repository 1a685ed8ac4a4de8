/** A Stack on its walk through wishes, with a core that publishes what it is told; and what there is in the end, whatever way led there. */
import * as fc from 'fast-check'
import { balancerDefaults, groupDefaults, LISTENER_DEFAULTS } from '../../../providers/aws/plan/attributes.ts'
import { AwsWorld, type Tolds } from './aws-world.ts'
import { type AwsAsk, backendsOf, keys, nodes, type Told, want } from './build.ts'
import { asks, LAND } from './random-wishes.ts'

export type Moment =
  | { readonly kind: 'want'; readonly ask: AwsAsk }
  | { readonly kind: 'follow'; readonly on: ReturnType<typeof nodes> }
  | { readonly kind: 'gone' }
  | { readonly kind: 'unmentioned' }

export const moments: fc.Arbitrary<Moment> = fc.oneof(
  { weight: 6, arbitrary: asks.map((ask) => ({ kind: 'want', ask }) as const) },
  { weight: 1, arbitrary: fc.constantFrom(nodes(1), nodes(2, 3)).map((on) => ({ kind: 'follow', on }) as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'gone' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'unmentioned' } as const) },
)

interface Life {
  readonly published: readonly string[]
  readonly lingering: readonly string[]
}

function toldOf(moment: Moment, { published, lingering }: Life, age: string, share: string | undefined): Told | undefined {
  switch (moment.kind) {
    case 'want':
      return { want: want({ ...moment.ask, ...(share === undefined ? {} : { share }) }), published, lingering, age }
    case 'follow':
      return { follow: backendsOf(keys('80/TCP', '443/TCP', '53/TCP', '53/UDP'), { on: moment.on }) }
    case 'gone':
      return { gone: true }
    case 'unmentioned':
      return undefined
    default:
      return moment satisfies never
  }
}

export class Walk {
  readonly world = new AwsWorld(LAND)
  readonly lives = new Map<string, Life>()
  readonly share: string | undefined

  constructor(share?: string) {
    this.share = share
  }

  told(moment: Readonly<Record<string, Moment>>): Tolds {
    const all = Object.entries(moment).flatMap(([name, one], i) => {
      const told = toldOf(one, this.lives.get(name) ?? { published: [], lingering: [] }, String(i), this.share)
      return told === undefined ? [] : [[name, told] as const]
    })
    return Object.fromEntries(all)
  }

  /** Publishes as the core does: what was published stays until there is something else. */
  publish(names: readonly string[]): void {
    for (const name of names) {
      const now = this.world.hostnames(name)
      const { published, lingering } = this.lives.get(name) ?? { published: [], lingering: [] }
      if (now.length > 0 && now[0] !== published[0]) this.lives.set(name, { published: now, lingering: [...lingering, ...published] })
    }
  }

  settle(moment: Readonly<Record<string, Moment>>): readonly string[] {
    let last: readonly string[] = []
    for (let turn = 0; turn < 4; turn++) {
      last = this.world.run(this.told(moment))
      this.publish(Object.keys(moment))
    }
    for (const [name, life] of this.lives) this.lives.set(name, { ...life, lingering: [] })
    this.world.run(this.told(moment))
    return last
  }
}

export function leftOver({ world }: Walk): readonly string[] {
  const { loadBalancers, targetGroups, listeners, securityGroups } = world.view
  return [...loadBalancers.keys(), ...targetGroups.keys(), ...listeners.keys(), ...securityGroups.keys()]
}

/** What there really is, in words that do not depend on how it came to be. */
export function effect({ world }: Walk): unknown {
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
