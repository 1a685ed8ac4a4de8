/** The chart on Google Cloud: the bundled program with the arguments and the environment of its Pods, a token of a metadata server, and the emulated cloud. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type GcpEmulator, IMMEDIATE, startGcp } from '../../emulators/gcp/index.ts'
import { noHelm } from '../chart/helm.ts'
import { noRealApiServer } from '../kubernetes/real-api-server.ts'
import { until } from '../until.ts'
import { openRelease, type Release } from './release.ts'

const absent = noRealApiServer() ?? noHelm()
if (absent !== undefined) console.log(`skipped: the chart on Google Cloud, installed on a real API server: ${absent}`)

describe.skipIf(absent !== undefined)('the chart on Google Cloud, installed on a real API server', () => {
  let gcp: GcpEmulator
  let metadata: MetadataServer
  let release: Release

  beforeAll(async () => {
    gcp = await startGcp({ delays: IMMEDIATE, project: 'shop-123456' })
    metadata = await startMetadataServer()
    release = await openRelease(valuesFor(gcp, metadata.host))
    await addNode(release, gcp)
    await release.install()
  }, 120_000)
  afterAll(async () => {
    await release?.[Symbol.asyncDispose]()
    metadata?.server.close()
    await gcp?.close()
  })

  test(
    'serves Services from their start to their end, leaves nothing behind, and takes no right that the chart does not grant',
    { timeout: 180_000 },
    async () => {
      const before = gcp.cloud.objects()
      const program = await release.startPod()
      await program.says(/"message":"ready"/)

      const spec = { loadBalancerClass: 'fairlead.dev/gcp', ports: [{ port: 80, targetPort: 8080 }] }
      await release.create('web', { spec })
      await release.create('inner', { metadata: { annotations: { 'fairlead.dev/scheme': 'internal' } }, spec })
      for (const name of ['web', 'inner']) await release.setEndpoints(name, 8080, [{ addresses: ['10.244.0.5'], conditions: { ready: true } }])
      const [web, inner] = [await release.reported('web', 'Ready'), await release.reported('inner', 'Ready')]
      expect(web.status.loadBalancer.ingress?.[0]?.ip).toMatch(/^198\.18\./)
      expect(inner.status.loadBalancer.ingress?.[0]?.ip).toMatch(/^10\.0\./)
      expect(metadata.tokens(), 'a token is kept').toBe(1)

      for (const name of ['web', 'inner']) {
        await release.remove(name)
        await release.gone(name)
      }
      await until(() => gcp.cloud.objects().length <= before.length)
      expect(gcp.cloud.objects()).toEqual(before)
      expect((await program.end('SIGTERM')).exitCode).toBe(0)

      const { refused, foreign } = await release.rights()
      expect(refused).toEqual([])
      expect(foreign, 'used, and granted by somebody else').toEqual([])
    },
  )
})

function valuesFor({ url, cloud: { ids, project, region } }: GcpEmulator, metadataHost: string): object {
  return {
    image: { repository: 'registry.example.com/fairlead' },
    providers: ['gcp'],
    gcp: {
      project,
      region,
      network: ids.network,
      subnetwork: ids.subnetworks['nodes'],
      nodeTags: [ids.nodeTag],
      serviceAccount: 'fairlead@shop-123456.iam.gserviceaccount.com',
    },
    extraEnv: Object.entries({ FAIRLEAD_GCP_ENDPOINT: url, GCE_METADATA_HOST: metadataHost }).map(([name, value]) => ({ name, value })),
  }
}

interface MetadataServer {
  readonly server: Server
  /** With the port. */
  readonly host: string
  /** How many were given out. */
  tokens(): number
}

/** As far as Google's library asks one: whether it is there, and for a token. */
async function startMetadataServer(): Promise<MetadataServer> {
  let tokens = 0
  const server = createServer(({ url = '' }, response) => {
    response.setHeader('metadata-flavor', 'Google')
    if (!url.includes('/token')) {
      response.end()
      return
    }
    tokens += 1
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ access_token: 'chart', expires_in: 3599, token_type: 'Bearer' }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, host: `127.0.0.1:${(server.address() as AddressInfo).port}`, tokens: () => tokens }
}

/** A machine, and the node that it is in the cluster. */
async function addNode({ admin }: Release, { cloud }: GcpEmulator): Promise<void> {
  const name = 'node-a'
  const address = cloud.addMachine({ name })
  const zone = cloud.zoneOf(name)
  const labels = { 'topology.kubernetes.io/zone': zone, 'topology.kubernetes.io/region': cloud.region }
  await admin.call('POST', '/api/v1/nodes', { metadata: { name, labels }, spec: { providerID: `gce://${cloud.project}/${zone}/${name}` } })
  await admin.call('PATCH', `/api/v1/nodes/${name}/status`, { status: { addresses: [{ type: 'InternalIP', address }] } })
}
