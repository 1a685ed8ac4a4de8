/** How much memory the installed program takes with the Azure provider. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Place, PROVIDER } from './azure/subscription.ts'
import type { Benchmark } from './benchmark.ts'
import { startRemoteSubscription } from './azure/remote.ts'
import { type Installed, measureInstalled, NODES } from './memory/installed.ts'

export const benchmark: Benchmark = {
  name: 'azure-memory',
  what: `The bundled program in a process of its own with the Azure provider and a service principal, for ${NODES} nodes; the emulated API server and the emulated Azure are another process.`,
  run: (say) => measureInstalled(INSTALLED, say),
}

const INSTALLED: Installed<Place> = {
  provider: PROVIDER,
  startWorld: (size) => startRemoteSubscription({ machines: size.nodes, account: {}, cluster: size }),
  runAt(place, folder) {
    const authority = join(folder, 'azure.pem')
    writeFileSync(authority, place.authority)
    const { url, tenant, resourceGroup, virtualNetwork, securityGroup, subscription, location, subnet } = place
    return {
      settings: {
        endpoint: url,
        'endpoint-ca': authority,
        subscription,
        'resource-group': resourceGroup,
        location,
        'virtual-network': virtualNetwork,
        subnet,
        'security-group': securityGroup,
      },
      variables: {
        // Of the server that gives tokens.
        NODE_EXTRA_CA_CERTS: authority,
        AZURE_AUTHORITY_HOST: url,
        AZURE_TENANT_ID: tenant,
        AZURE_CLIENT_ID: '11111111-1111-1111-1111-111111111111',
        AZURE_CLIENT_SECRET: 'bench',
      },
    }
  },
  under: 100,
  peers: [{ name: 'cloud-provider-azure', none: 68, some: 97 }],
  notes: [
    'Beside it, measured on another test bed: cloud-provider-azure 7b31c76c with node-IP pools, against kube-apiserver and a fake Azure Resource Manager.',
  ],
}
