/** Google Cloud in the playground: the emulated cloud, whose machines are the nodes. Its load balancers carry no traffic: the emulator is asked where a packet would go. */
import { type CloudSeed, type Delays, IMMEDIATE, REALISTIC, startGcp } from '../../emulators/gcp/index.ts'
import type { ValuesOf } from '../../src/model/setting.ts'
import type { PlaygroundPart } from '../../src/provider/playground.ts'
import type { settings as rows } from './settings.ts'

/** Health checks have their verdict after a second. */
const TIME_SCALE = 20
/** Writes are over at once: polls come seconds apart, and there is nothing to see meanwhile. */
const DELAYS: Delays = { ...IMMEDIATE, registration: REALISTIC.registration, healthChange: undefined }
const PROJECT = 'playground'
const PORT = 80

/** Where the nodes and pods of the playground are; the rest is the emulator's own default. */
export const PLAYGROUND_SEED = {
  cluster: 'playground',
  subnetworks: [
    {
      name: 'nodes',
      cidr: '172.18.0.0/20',
      ipv6: { prefix: '2001:db8:1:0:0:0:0:0/64', access: 'EXTERNAL' },
      secondary: { pods: '10.244.0.0/16', services: '10.96.0.0/16' },
    },
    { name: 'internal', cidr: '172.18.16.0/20', ipv6: { prefix: 'fd20:db8:0:1:0:0:0:0/64', access: 'INTERNAL' } },
  ],
} as const satisfies CloudSeed

export const playground: PlaygroundPart<ValuesOf<typeof rows>> = {
  async start({ hostRefusal }) {
    const gcp = await startGcp({ hostRefusal, timeScale: TIME_SCALE, delays: DELAYS, project: PROJECT, seed: PLAYGROUND_SEED })
    const { region, zones, ids } = gcp.cloud
    const settings = {
      'gcp-project': PROJECT,
      'gcp-region': region,
      'gcp-network': ids.network,
      'gcp-subnetwork': ids.subnetworks['nodes'],
      'gcp-node-tags': [ids.nodeTag],
      'gcp-endpoint': gcp.url,
    }
    return {
      url: gcp.url,
      settings: () => settings,
      place({ name, address, number }) {
        const zone = zones[(number - 1) % zones.length] ?? ''
        gcp.cloud.addMachine({ name, privateIp: address, zone })
        return { providerId: `gce://${PROJECT}/${zone}/${name}`, region, zone }
      },
      setMachines: (machines) => gcp.setMachines(machines),
      welcome: async () => ({
        addition: `, on an emulated Google Cloud whose time runs ${TIME_SCALE} times as fast and whose writes are over at once`,
        port: PORT,
        lines: linesOf(gcp.url),
      }),
      close: () => gcp.close(),
    }
  },
}

/** There is no network behind the emulated cloud: a packet is described, and the answer says who would get it. gcloud gets a configuration of its own, and sends nothing elsewhere. */
function linesOf(url: string): readonly string[] {
  return [
    '',
    `export CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE=${url}/compute/v1/ CLOUDSDK_AUTH_DISABLE_CREDENTIALS=true CLOUDSDK_CORE_PROJECT=${PROJECT} CLOUDSDK_CONFIG=$(mktemp -d)`,
    'export CLOUDSDK_CORE_DISABLE_PROMPTS=1 CLOUDSDK_CORE_DISABLE_USAGE_REPORTING=true CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK=1',
    'gcloud compute forwarding-rules list',
    'gcloud compute firewall-rules list',
    `curl ${url}/_fairlead/journal`,
    "ADDRESS=$(kubectl get service web -o jsonpath='{.status.loadBalancer.ingress[0].ip}')",
    `curl ${url}/_fairlead/deliver -d '{"from": "192.0.2.5", "to": "'$ADDRESS'", "port": ${PORT}, "protocol": "TCP"}'`,
  ]
}
