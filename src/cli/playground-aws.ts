/** The playground on AWS: the emulated cloud beside the cluster, whose nodes are its instances. Its balancers are told, not made: packets are asked about. */
import { type AwsEmulator, type SeedSubnet, startAws } from '../../emulators/aws/index.ts'
import type { ClusterAccess } from '../../emulators/kubernetes/resource.ts'
import type { Place } from '../../emulators/machines/index.ts'
import { whatRuns } from '../../emulators/machines/what-runs.ts'
import type { Settings } from '../config.ts'

/** A balancer is up after seconds, and what drains is gone after a quarter of a minute. */
const TIME_SCALE = 20
const CLUSTER = 'playground'
/** Where the nodes and pods of the playground are. */
const NETWORKS = ['172.18.0.0/16', '10.244.0.0/16']
const ZONES = ['a', 'b', 'c'] as const

export interface PlaygroundAws {
  readonly url: string
  /** How the controller finds the cloud. */
  readonly settings: Partial<Settings>
  /** The node as an instance. */
  readonly place: (node: { readonly name: string; readonly address: string; readonly number: number }) => Place
  /** From now on the cloud knows what runs in this cluster. */
  follow(cluster: ClusterAccess): void
  close(): Promise<void>
}

export async function startPlaygroundAws(): Promise<PlaygroundAws> {
  const aws = await startAws({ timeScale: TIME_SCALE, seed: { cluster: CLUSTER, cidrs: NETWORKS, subnets: subnets() } })
  const { region, ids } = aws.cloud
  const settings = { 'aws-region': region, 'aws-vpc-id': ids.vpc, 'aws-cluster-name': CLUSTER, 'aws-endpoint': aws.url }
  const unsubscribes: (() => void)[] = []
  return {
    url: aws.url,
    settings: { ...settings, providers: ['aws'], 'default-class': 'aws' },
    place({ name, address, number }) {
      const zone = ZONES[(number - 1) % ZONES.length] ?? 'a'
      const id = aws.cloud.addInstance({ name, privateIp: address, zone })
      return { providerId: `aws:///${region}${zone}/${id}`, region, zone: `${region}${zone}` }
    },
    follow(cluster) {
      unsubscribes.push(...follow(aws, cluster))
    },
    async close() {
      for (const unsubscribe of unsubscribes) unsubscribe()
      await aws.close()
    },
  }
}

/** Several objects change at once where a pod comes or goes: the cloud is told once. */
function follow(aws: AwsEmulator, cluster: ClusterAccess): readonly (() => void)[] {
  let isDue = false
  const tell = (): void => {
    if (isDue) return
    isDue = true
    setImmediate(() => {
      isDue = false
      aws.setMachines(whatRuns(cluster))
    })
  }
  tell()
  return ['nodes', 'pods', 'services', 'endpointslices'].map((resource) => cluster.subscribe(resource, tell))
}

function subnets(): readonly SeedSubnet[] {
  return ZONES.flatMap((zone, i) => [
    {
      zone,
      cidr: `172.18.${16 + i}.0/24`,
      ipv6Cidr: `2001:db8:1234:1a0${i}::/64`,
      isPublic: true,
      name: `public-${zone}`,
      tags: { 'kubernetes.io/role/elb': '1' },
    },
    {
      zone,
      cidr: `172.18.${32 + i}.0/24`,
      ipv6Cidr: `2001:db8:1234:1a1${i}::/64`,
      isPublic: false,
      name: `private-${zone}`,
      tags: { 'kubernetes.io/role/internal-elb': '1' },
    },
  ])
}
