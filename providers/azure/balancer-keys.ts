/** Which load balancers a cluster has: for each configuration a public and an internal one. */
import type { Scheme } from '../../src/model/load-balancer.ts'
import type { AzureConfig } from './api/config.ts'
import { idIn } from './api/ids.ts'
import { balancerName } from './names.ts'

const SCHEMES: readonly Scheme[] = ['internet-facing', 'internal']

/** Which load balancer: of this configuration, the public or the internal one. */
export interface BalancerKey {
  /** The name of its configuration. */
  readonly of: string
  readonly scheme: Scheme
}

export function isSameBalancer(a: BalancerKey, b: BalancerKey): boolean {
  return a.of === b.of && a.scheme === b.scheme
}

/** What the name of a load balancer of ours says. */
export function balancerKeyOf(name: string): BalancerKey {
  const isInternal = name.toLowerCase().endsWith('-internal')
  return { of: isInternal ? name.slice(0, -'-internal'.length) : name, scheme: isInternal ? 'internal' : 'internet-facing' }
}

/** All load balancers that the settings name. */
export function configuredBalancers({ balancers }: Pick<AzureConfig, 'balancers'>): readonly BalancerKey[] {
  return balancers.flatMap(({ name }) => SCHEMES.map((scheme) => ({ of: name, scheme })))
}

export function balancerId({ subscription, resourceGroup }: AzureConfig, { of, scheme }: BalancerKey): string {
  return idIn(subscription, resourceGroup, 'loadBalancers', balancerName(of, scheme))
}
