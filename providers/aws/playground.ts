/** AWS in the playground: the emulated cloud, whose instances are the nodes. Its balancers carry no traffic: the emulator is asked where a packet would go. */
import { type CloudSeed, type SeedSubnet, startAws } from '../../emulators/aws/index.ts'
import type { ValuesOf } from '../../src/model/setting.ts'
import type { PlaygroundPart } from '../../src/provider/playground.ts'
import type { settings as rows } from './settings.ts'

/** A balancer is up after seconds, and what drains is gone after a quarter of a minute. */
const TIME_SCALE = 20
const ZONES = ['a', 'b', 'c'] as const
const PORT = 80

/** Where the nodes and pods of the playground are; the rest is the emulator's own default. */
export const PLAYGROUND_SEED = {
  cluster: 'playground',
  cidrs: ['172.18.0.0/16', '10.244.0.0/16'],
  subnets: subnets(),
} as const satisfies CloudSeed

export const playground: PlaygroundPart<ValuesOf<typeof rows>> = {
  async start({ hostRefusal }) {
    const aws = await startAws({ hostRefusal, timeScale: TIME_SCALE, seed: PLAYGROUND_SEED })
    const { region, ids } = aws.cloud
    const settings = { 'aws-region': region, 'aws-vpc-id': ids.vpc, 'aws-cluster-name': PLAYGROUND_SEED.cluster, 'aws-endpoint': aws.url }
    return {
      url: aws.url,
      settings: () => settings,
      place({ name, address, number }) {
        const zone = ZONES[(number - 1) % ZONES.length] ?? 'a'
        const id = aws.cloud.addInstance({ name, privateIp: address, zone })
        return { providerId: `aws:///${region}${zone}/${id}`, region, zone: `${region}${zone}` }
      },
      setMachines: (machines) => aws.setMachines(machines),
      welcome: async () => ({
        addition: `, on an emulated AWS whose time runs ${TIME_SCALE} times as fast`,
        port: PORT,
        lines: linesOf(aws.url, region),
      }),
      close: () => aws.close(),
    }
  },
}

/** There is no network behind the emulated cloud: a packet is described, and the answer says who would get it. */
function linesOf(url: string, region: string): readonly string[] {
  return [
    '',
    `export AWS_ACCESS_KEY_ID=playground AWS_SECRET_ACCESS_KEY=playground AWS_DEFAULT_REGION=${region}`,
    `aws elbv2 describe-load-balancers --endpoint-url ${url}`,
    `aws acm list-certificates --endpoint-url ${url}`,
    `curl ${url}/_fairlead/journal`,
    "NAME=$(kubectl get service web -o jsonpath='{.status.loadBalancer.ingress[0].hostname}')",
    `curl ${url}/_fairlead/deliver -d '{"from": "192.0.2.5", "to": "'$NAME'", "port": ${PORT}, "protocol": "TCP"}'`,
  ]
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
