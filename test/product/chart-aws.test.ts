/** The chart with the AWS provider: what its Pods do in a cloud account, with the rights of its service account and the settings of its values alone. */
import { describe, expect, test } from 'vitest'
import { type AwsEmulator, type CloudObject, IMMEDIATE, startAws } from '../../emulators/aws/index.ts'
import { noHelm } from '../chart/helm.ts'
import { noRealApiServer } from '../kubernetes/real-api-server.ts'
import { setUpForTests } from '../set-up.ts'
import { until } from '../until.ts'
import { openRelease, type Release, type Served } from './release.ts'
import { runWaitingPod } from './waiting-pod.ts'

const absent = noRealApiServer() ?? noHelm()
if (absent !== undefined) console.log(`skipped: the chart on AWS, installed on a real API server: ${absent}`)

const [POD, TARGET_PORT] = ['10.244.0.5', 8080]
const PORTS = [{ port: 80, targetPort: TARGET_PORT }]

describe.skipIf(absent !== undefined)('the chart on AWS, installed on a real API server', () => {
  let aws: AwsEmulator
  let release: Release

  setUpForTests(
    async () => {
      aws = await startAws({ delays: IMMEDIATE })
      release = await openRelease(valuesFor(aws))
      await addNode(release, aws)
      await release.install()
    },
    async () => {
      await release?.[Symbol.asyncDispose]()
      await aws?.close()
    },
  )

  const hostnameOf = ({ status }: Served): string => status.loadBalancer.ingress?.[0]?.hostname ?? ''
  const balancers = (): readonly CloudObject[] => aws.cloud.objects().filter(({ kind }) => kind === 'load balancer')
  const targets = (): readonly string[] =>
    aws.cloud.objects().flatMap(({ kind, settings }) => (kind === 'target group' ? (settings['targets'] as readonly string[]) : []))
  const runPod = (): void => aws.setMachines({ pods: [{ name: 'gated-0', ips: [POD], ports: [TARGET_PORT] }], nodePorts: [], health: [] })

  test(
    'serves Services from their start to their end, leaves nothing behind, and takes no right that the chart does not grant',
    { timeout: 180_000 },
    async () => {
      const before = aws.cloud.objects()
      const program = await release.startPod()
      await program.says(/"message":"ready"/)

      const spec = { loadBalancerClass: 'fairlead.dev/aws', ports: PORTS }
      await release.create('nodes', { spec })
      await release.setEndpoints('nodes', TARGET_PORT, [{ addresses: [POD], conditions: { ready: true } }])
      expect(hostnameOf(await release.reported('nodes', 'Ready'))).toMatch(/\.elb\.eu-west-1\.amazonaws\.com$/)
      await until(() => targets().some((target) => target.startsWith('i-')))

      await release.create('pods', { metadata: { annotations: { 'fairlead.dev/targets': 'pods' } }, spec })
      const waiting = await runWaitingPod(release.admin, 'gated-0', POD)
      await release.setEndpoints('pods', TARGET_PORT, [{ addresses: [POD], conditions: { ready: false, serving: false }, targetRef: waiting.targetRef }])
      await until(() => targets().some((target) => target.startsWith(`${POD}:${TARGET_PORT}`)))
      runPod()
      expect(await waiting.opened()).toBe('healthy for 80/TCP of default/pods')
      expect(hostnameOf(await release.reported('pods', 'Ready'))).toMatch(/\.amazonaws\.com$/)
      expect(balancers()).toHaveLength(2)

      for (const name of ['nodes', 'pods']) {
        await release.remove(name)
        await release.gone(name)
      }
      await until(() => aws.cloud.objects().length <= before.length)
      expect(aws.cloud.objects()).toEqual(before)
      expect((await program.end('SIGTERM')).exitCode).toBe(0)

      const { refused, foreign, used } = await release.rights()
      expect(refused).toEqual([])
      expect(foreign, 'used, and granted by somebody else').toEqual([])
      expect(used).toEqual(expect.arrayContaining(['get pods', 'patch pods/status', 'patch services/status']))
    },
  )
})

function valuesFor({ url, cloud: { region, ids } }: AwsEmulator): object {
  return {
    image: { repository: 'registry.example.com/fairlead' },
    providers: ['aws'],
    aws: { region, vpcId: ids.vpc, clusterName: ids.cluster },
    extraEnv: [
      { name: 'FAIRLEAD_AWS_ENDPOINT', value: url },
      { name: 'AWS_ACCESS_KEY_ID', value: 'chart' },
      { name: 'AWS_SECRET_ACCESS_KEY', value: 'chart' },
    ],
  }
}

/** An instance, and the node that it is in the cluster. */
async function addNode({ admin }: Release, { cloud }: AwsEmulator): Promise<void> {
  const [name, privateIp] = ['node-a', '10.0.64.10']
  const id = cloud.addInstance({ name, zone: 'a', privateIp })
  const zone = `${cloud.region}a`
  await admin.call('POST', '/api/v1/nodes', {
    metadata: { name, labels: { 'topology.kubernetes.io/zone': zone } },
    spec: { providerID: `aws:///${zone}/${id}` },
  })
  await admin.call('PATCH', `/api/v1/nodes/${name}/status`, { status: { addresses: [{ type: 'InternalIP', address: privateIp }] } })
}
