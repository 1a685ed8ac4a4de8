/** The machines of the tests' clusters, as AWS knows them. */
import type { AwsEmulator } from '../../../emulators/aws/index.ts'
import type { Machine } from '../cluster.ts'

export const CLASS = 'fairlead.dev/aws'
export const FINALIZER = 'fairlead.dev/load-balancer-aws'

/** One in each zone. */
export const MACHINES: readonly { readonly name: string; readonly id: string; readonly ip: string; readonly zone: 'a' | 'b' | 'c' }[] = (
  ['a', 'b', 'c'] as const
).map((zone, i) => ({ name: `node-${zone}`, id: `i-0000000000000000${zone}`, ip: `10.0.${(i + 2) * 32}.10`, zone }))

/** Makes their instances, and answers what their Nodes say. */
export function addInstances({ cloud }: AwsEmulator): readonly Machine[] {
  return MACHINES.map(({ name, id, ip, zone }) => {
    cloud.addInstance({ name, id, privateIp: ip, zone })
    return { name, providerId: `aws:///${cloud.region}${zone}/${id}`, ip, zone: `${cloud.region}${zone}` }
  })
}
