/** The chart on Azure: the bundled program with the arguments and the environment of its Pods, a service principal's token, and the emulated Azure over HTTPS. */
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AzureEmulator, IMMEDIATE, startAzure } from '../../emulators/azure/index.ts'
import { noHelm } from '../chart/helm.ts'
import { noRealApiServer } from '../kubernetes/real-api-server.ts'
import { until } from '../until.ts'
import { type Folder, temporaryFolder } from './program.ts'
import { openRelease, type Release } from './release.ts'

const absent = noRealApiServer() ?? noHelm()
if (absent !== undefined) console.log(`skipped: the chart on Azure, installed on a real API server: ${absent}`)

describe.skipIf(absent !== undefined)('the chart on Azure, installed on a real API server', () => {
  let azure: AzureEmulator
  let folder: Folder
  let release: Release

  beforeAll(async () => {
    azure = await startAzure({ delays: IMMEDIATE })
    folder = await temporaryFolder()
    const authority = folder.file('azure.pem')
    writeFileSync(authority, azure.authority ?? '')
    release = await openRelease(valuesFor(azure, authority))
    await addNode(release, azure)
    await release.install()
  }, 120_000)
  afterAll(async () => {
    await release?.[Symbol.asyncDispose]()
    await azure?.close()
    await folder?.[Symbol.asyncDispose]()
  })

  test(
    'serves Services from their start to their end, leaves nothing behind, and takes no right that the chart does not grant',
    { timeout: 180_000 },
    async () => {
      const before = azure.cloud.objects()
      const program = await release.startPod()
      await program.says(/"message":"ready"/)

      const spec = { loadBalancerClass: 'fairlead.dev/azure', ports: [{ port: 80, targetPort: 8080 }] }
      await release.create('web', { spec })
      await release.create('inner', { metadata: { annotations: { 'fairlead.dev/scheme': 'internal' } }, spec })
      for (const name of ['web', 'inner']) await release.setEndpoints(name, 8080, [{ addresses: ['10.244.0.5'], conditions: { ready: true } }])
      const [web, inner] = [await release.reported('web', 'Ready'), await release.reported('inner', 'Ready')]
      expect(web.status.loadBalancer.ingress?.[0]?.ip).toMatch(/^203\.0\.113\./)
      expect(inner.status.loadBalancer.ingress?.[0]?.ip).toMatch(/^10\.0\./)
      const tokens = azure.journal.calls.filter(({ action }) => action === 'GetToken')
      expect(tokens.length, 'a token is kept').toBe(1)

      for (const name of ['web', 'inner']) {
        await release.remove(name)
        await release.gone(name)
      }
      await until(() => azure.cloud.objects().length <= before.length)
      expect(azure.cloud.objects()).toEqual(before)
      expect((await program.end('SIGTERM')).exitCode).toBe(0)

      const { refused, foreign } = await release.rights()
      expect(refused).toEqual([])
      expect(foreign, 'used, and granted by somebody else').toEqual([])
    },
  )
})

function valuesFor({ url, cloud: { ids, subscription, tenant, location } }: AzureEmulator, authority: string): object {
  return {
    image: { repository: 'registry.example.com/fairlead' },
    providers: ['azure'],
    azure: {
      subscription,
      location,
      resourceGroup: ids.resourceGroup,
      virtualNetwork: ids.virtualNetwork,
      subnet: ids.subnets['nodes'],
      securityGroup: ids.securityGroup,
    },
    extraEnv: Object.entries({
      FAIRLEAD_AZURE_ENDPOINT: url,
      FAIRLEAD_AZURE_ENDPOINT_CA: authority,
      NODE_EXTRA_CA_CERTS: authority,
      AZURE_AUTHORITY_HOST: url,
      AZURE_TENANT_ID: tenant,
      AZURE_CLIENT_ID: '11111111-1111-1111-1111-111111111111',
      AZURE_CLIENT_SECRET: 'chart',
    }).map(([name, value]) => ({ name, value })),
  }
}

/** A machine, and the node that it is in the cluster. */
async function addNode({ admin }: Release, { cloud }: AzureEmulator): Promise<void> {
  const name = 'node-a'
  const address = cloud.addMachine({ name })
  await admin.call('POST', '/api/v1/nodes', { metadata: { name } })
  await admin.call('PATCH', `/api/v1/nodes/${name}/status`, { status: { addresses: [{ type: 'InternalIP', address }] } })
}
