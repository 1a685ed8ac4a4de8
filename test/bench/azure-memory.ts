/** How much memory the installed program takes with the Azure provider. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
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
  runAt(place) {
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'))
    const authority = join(folder, 'azure.pem')
    writeFileSync(authority, place.authority)
    const flags = flagsOf(place, authority)
    const variables = {
      // Of the server that gives tokens.
      NODE_EXTRA_CA_CERTS: authority,
      AZURE_AUTHORITY_HOST: place.url,
      AZURE_TENANT_ID: place.tenant,
      AZURE_CLIENT_ID: '11111111-1111-1111-1111-111111111111',
      AZURE_CLIENT_SECRET: 'bench',
    }
    return { flags, variables, [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true }) }
  },
  under: 100,
  peers: [{ name: 'cloud-provider-azure', none: 68, some: 97 }],
  notes: [
    'Beside it, measured on another test bed: cloud-provider-azure 7b31c76c with node-IP pools, against kube-apiserver and a fake Azure Resource Manager.',
  ],
}

function flagsOf(place: Place, authority: string): readonly string[] {
  const { url, subscription, resourceGroup, location, virtualNetwork, subnet, securityGroup } = place
  return [
    '--azure-endpoint',
    url,
    '--azure-endpoint-ca',
    authority,
    '--azure-subscription',
    subscription,
    '--azure-resource-group',
    resourceGroup,
    '--azure-location',
    location,
    '--azure-virtual-network',
    virtualNetwork,
    '--azure-subnet',
    subnet,
    '--azure-security-group',
    securityGroup,
  ]
}
