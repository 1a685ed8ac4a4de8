/** How much memory the installed program takes with the AWS provider. */
import { CREDENTIALS, type Place, PROVIDER } from './aws/account.ts'
import { startRemoteWorld } from './aws/remote.ts'
import type { Benchmark } from './benchmark.ts'
import { type Installed, measureInstalled, NODES } from './memory/installed.ts'

export const benchmark: Benchmark = {
  name: 'aws-memory',
  what: `The bundled program in a process of its own with the AWS provider, for ${NODES} nodes; the emulated API server and the emulated AWS are another process.`,
  run: (say) => measureInstalled(INSTALLED, say),
}

const INSTALLED: Installed<Place> = {
  provider: PROVIDER,
  startWorld: (cluster) => startRemoteWorld({ machines: cluster.nodes, account: {}, cluster }),
  runAt: ({ url, region, vpcId, clusterName }) => ({
    settings: { endpoint: url, region, 'vpc-id': vpcId, 'cluster-name': clusterName },
    variables: CREDENTIALS,
  }),
  under: 100,
  peers: [
    { name: 'aws-load-balancer-controller', none: 62, some: 84 },
    { name: 'cloud-provider-aws', none: 78, some: 93 },
  ],
  notes: [
    'Beside it, measured on another test bed: aws-load-balancer-controller v3.5.0-8-g225f44568 and cloud-provider-aws 63ec440c (with security groups of its own), against kube-apiserver and moto.',
  ],
}
