/** Azure in the playground: the emulated cloud, whose machines are the nodes. Its load balancers carry no traffic: the emulator is asked where a packet would go. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type CloudSeed, startAzure } from '../../emulators/azure/index.ts'
import type { ValuesOf } from '../../src/model/setting.ts'
import type { PlaygroundPart } from '../../src/provider/playground.ts'
import type { settings as rows } from './settings.ts'

/** A change of a load balancer takes a second instead of a quarter of a minute. */
const TIME_SCALE = 20
const ZONES = 3
const PORT = 80
/** The one that the client speaks; older ones are answered too. */
const VERSION = '2025-05-01'

/** Where the nodes and pods of the playground are; the rest is the emulator's own default. Azure keeps the first four addresses of a subnet for itself. */
export const PLAYGROUND_SEED = {
  cluster: 'playground',
  cidrs: ['172.16.0.0/12', '10.244.0.0/16', 'fd00:db8:1234::/56'],
  subnets: [
    { name: 'nodes', cidr: '172.16.0.0/14', ipv6Cidr: 'fd00:db8:1234::/64', hasSecurityGroup: true },
    { name: 'internal', cidr: '172.20.0.0/20', ipv6Cidr: 'fd00:db8:1234:1::/64', hasSecurityGroup: false },
  ],
} as const satisfies CloudSeed

export const playground: PlaygroundPart<ValuesOf<typeof rows>> = {
  async start({ folder, hostRefusal }) {
    const azure = await startAzure({ hostRefusal, timeScale: TIME_SCALE, seed: PLAYGROUND_SEED })
    const { subscription, location, ids } = azure.cloud
    const authority = azure.authority ?? ''
    const file = join(folder, 'azure.pem')
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, authority)
    const settings = {
      'azure-subscription': subscription,
      'azure-resource-group': ids.resourceGroup,
      'azure-location': location,
      'azure-virtual-network': ids.virtualNetwork,
      'azure-subnet': ids.subnets['nodes'],
      'azure-security-group': ids.securityGroup,
      'azure-endpoint': azure.url,
      'azure-endpoint-ca': authority,
    }
    const groupUrl = `${azure.url}/subscriptions/${subscription}/resourceGroups/${ids.resourceGroup}/providers/Microsoft.Network`
    return {
      url: azure.url,
      settings: () => settings,
      place({ name, address, number }) {
        const zone = String(((number - 1) % ZONES) + 1)
        azure.cloud.addMachine({ name, privateIp: address, zone })
        const machine = `/subscriptions/${subscription}/resourceGroups/${ids.resourceGroup}/providers/Microsoft.Compute/virtualMachines/${name}`
        return { providerId: `azure://${machine}`, region: location, zone: `${location}-${zone}` }
      },
      setMachines: (machines) => azure.setMachines(machines),
      welcome: async () => ({
        addition: `, on an emulated Azure whose time runs ${TIME_SCALE} times as fast`,
        port: PORT,
        lines: linesOf({ url: azure.url, groupUrl, file }),
      }),
      async close() {
        await azure.close()
        await rm(file, { force: true })
      },
    }
  },
}

/** There is no network behind the emulated cloud: a packet is described, and the answer says who would get it. */
function linesOf({ url, groupUrl, file }: { readonly url: string; readonly groupUrl: string; readonly file: string }): readonly string[] {
  return [
    '',
    `arm() { curl --silent --cacert ${file} -H 'Authorization: Bearer playground' "$@"; }`,
    `arm "${groupUrl}/loadBalancers?api-version=${VERSION}"`,
    `arm "${groupUrl}/networkSecurityGroups?api-version=${VERSION}"`,
    `arm ${url}/_fairlead/journal`,
    "ADDRESS=$(kubectl get service web -o jsonpath='{.status.loadBalancer.ingress[0].ip}')",
    `arm ${url}/_fairlead/deliver -d '{"from": "192.0.2.5", "to": "'$ADDRESS'", "port": ${PORT}, "protocol": "TCP"}'`,
  ]
}
