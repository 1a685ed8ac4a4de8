/**
 * aws-load-balancer-controller itself, unmodified, on the emulated AWS and a real API server. AWS_LOAD_BALANCER_CONTROLLER names a checkout of it in which
 * `go build -o controller .` was run.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AwsEmulator, type CloudObject, IMMEDIATE, startAws } from '../../../../emulators/aws/index.ts'
import { noRealApiServer, type RealApiServer, startRealApiServer } from '../../../kubernetes/real-api-server.ts'
import { noKubectl } from '../../../product/playground.ts'
import { until } from '../../../until.ts'

const folder = process.env['AWS_LOAD_BALANCER_CONTROLLER'] ?? ''
const reason = whyNot()
if (reason !== undefined) console.log(`skipped: aws-load-balancer-controller itself on the emulated AWS: ${reason}`)

function whyNot(): string | undefined {
  if (folder === '') return 'AWS_LOAD_BALANCER_CONTROLLER names no checkout of it'
  return existsSync(join(folder, 'controller')) ? (noRealApiServer() ?? noKubectl()) : `${folder} holds no program "controller"`
}

const ANNOTATION = 'service.beta.kubernetes.io/aws-load-balancer-'
const web = { name: 'web', port: 80, protocol: 'TCP' }
const dns = { name: 'dns', port: 53, protocol: 'UDP' }
const tls = { name: 'tls', port: 443, protocol: 'TCP' }

describe.skipIf(reason !== undefined)('aws-load-balancer-controller itself', { timeout: 120_000 }, () => {
  let server: RealApiServer
  let aws: AwsEmulator
  let controller: ChildProcess | undefined
  let home: string
  let before: readonly CloudObject[]

  const kubectl = (args: readonly string[], input?: object): Promise<string> =>
    new Promise((resolve, reject) => {
      const child = execFile('kubectl', ['--kubeconfig', server.kubeconfigFile, ...args], (error, out, err) =>
        error === null ? resolve(out) : reject(new Error(err)),
      )
      child.stdin?.end(input === undefined ? '' : JSON.stringify(input))
    })
  const apply = (object: object): Promise<string> => kubectl(['apply', '-f', '-'], object)
  const patchStatus = (kind: string, name: string, status: object): Promise<string> =>
    kubectl(['patch', kind, name, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status })])
  /** Asks for the Service with these ports, and waits until the cloud is so, and the controller has come to the end of a round. */
  const ask = async (
    ports: readonly object[],
    more: { readonly annotations?: Readonly<Record<string, string>>; readonly spec?: object },
    isSo: () => boolean,
  ): Promise<void> => {
    const named = Object.entries(more.annotations ?? {}).map(([key, value]) => [`${ANNOTATION}${key}`, value])
    const annotations = { [`${ANNOTATION}scheme`]: 'internet-facing', [`${ANNOTATION}nlb-target-type`]: 'instance', ...Object.fromEntries(named) }
    const mark = aws.journal.mark
    await apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', annotations },
      spec: { type: 'LoadBalancer', loadBalancerClass: 'service.k8s.aws/nlb', selector: { app: 'web' }, ports, ...more.spec },
    })
    await until(() => aws.journal.since(mark).some(({ action }) => action === 'DescribeRules') && isSo())
  }
  const names = (kind: CloudObject['kind']): readonly string[] => aws.cloud.objects().flatMap((one) => (one.kind === kind ? [one.name] : []))
  const ports = (): readonly unknown[] =>
    aws.cloud.objects().flatMap((one) => (one.kind === 'listener' ? [`${String(one.settings['port'])}/${String(one.settings['protocol'])}`] : []))
  const targets = (): readonly unknown[] =>
    aws.cloud.objects().flatMap((one) => (one.kind === 'target group' ? (one.settings['targets'] as readonly string[]) : []))

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'fairlead-peer-'))
    server = await startRealApiServer({ controllerManager: true })
    aws = await startAws({ delays: IMMEDIATE })
    before = aws.cloud.objects()
    await kubectl(['apply', '--server-side', '-k', join(folder, 'config', 'crd')])
    for (const zone of ['a', 'b']) await addNode(zone)
    controller = await startController()
  }, 180_000)
  afterAll(async () => {
    if (controller !== undefined && controller.exitCode === null) {
      controller.kill('SIGKILL')
      await once(controller, 'exit')
    }
    await aws?.close()
    await server?.stop()
    await rm(home, { recursive: true, force: true })
  })

  async function addNode(zone: string): Promise<void> {
    const name = `node-${zone}`
    const id = aws.cloud.addInstance({ name, zone })
    await apply({ apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: { providerID: `aws:///eu-west-1${zone}/${id}` } })
    const at = new Date().toISOString()
    await patchStatus('node', name, {
      conditions: [{ type: 'Ready', status: 'True', reason: 'x', message: 'x', lastHeartbeatTime: at, lastTransitionTime: at }],
    })
  }

  async function startController(): Promise<ChildProcess> {
    const files = ['-keyout', join(home, 'tls.key'), '-out', join(home, 'tls.crt')]
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, '-days', '2', '-subj', '/CN=x'], { stdio: 'ignore' })
    const [webhook, metrics, health] = await freePorts()
    const binds = [`--webhook-bind-port=${webhook}`, `--metrics-bind-addr=127.0.0.1:${metrics}`, `--health-probe-bind-addr=127.0.0.1:${health}`]
    const where = ['--kubeconfig', server.kubeconfigFile, '--cluster-name=fairlead', '--aws-region=eu-west-1', `--aws-vpc-id=${aws.cloud.ids.vpc}`]
    const how = [
      `--webhook-cert-dir=${home}`,
      '--enable-leader-election=false',
      '--feature-gates=NLBGatewayAPI=false,ALBGatewayAPI=false,GatewayListenerSet=false',
    ]
    const keys = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'eu-west-1', AWS_EC2_METADATA_DISABLED: 'true' }
    return spawn(join(folder, 'controller'), [...where, ...binds, ...how], { env: { ...process.env, ...keys, AWS_ENDPOINT_URL: aws.url }, stdio: 'ignore' })
  }

  test('makes a load balancer with its nodes, and publishes it', async () => {
    await ask([web], {}, () => targets().length === 2)
    await kubectl(['wait', 'service/web', '--for=jsonpath={.status.loadBalancer.ingress[0].hostname}', '--timeout=60s'])
    expect(ports()).toEqual(['80/TCP'])
  })

  test('writes nothing when only an annotation of others changes', async () => {
    const mark = aws.journal.mark
    await ask([web], { annotations: { 'x-other': 'y' } }, () => true)
    expect(aws.journal.since(mark).filter(({ kind, service }) => kind === 'write' && service !== 'unknown')).toEqual([])
  })

  test('adds a port, narrows the source ranges, adds TLS and tags, and takes them away', async () => {
    const [one = '', two = ''] = aws.cloud.ids.certificates
    const certificates = { 'ssl-cert': `${one},${two}`, 'ssl-ports': '443' }
    await ask([web, dns], {}, () => ports().includes('53/UDP') && targets().length === 4)
    const spec = { loadBalancerSourceRanges: ['203.0.113.0/24', '198.51.100.0/24'] }
    await ask(
      [web, dns],
      { spec },
      () => names('rule').some((name) => name.endsWith('tcp 80 80 203.0.113.0/24')) && !names('rule').some((name) => name.endsWith('tcp 80 80 0.0.0.0/0')),
    )
    await ask(
      [web, tls],
      { spec, annotations: certificates },
      () => ports().includes('443/TLS') && !ports().includes('53/UDP') && names('target group').length === 2,
    )
    await ask([web], { annotations: { 'additional-resource-tags': 'team=x' } }, () =>
      aws.cloud.objects().some(({ kind, tags }) => kind === 'listener' && tags['team'] === 'x'),
    )
    expect(ports()).toEqual(['80/TCP'])
  })

  test('registers pods, whose addresses it finds on the interface of their instance', async () => {
    const ips = ['10.244.1.2', '10.244.1.3']
    const node = { name: 'node-a', providerId: (await kubectl(['get', 'node', 'node-a', '-o', 'jsonpath={.spec.providerID}'])).trim(), addresses: [] }
    aws.setMachines({ pods: ips.map((ip) => ({ name: ip, ips: [ip], ports: [80], node })), nodePorts: [], health: [] })
    for (const [i, podIP] of ips.entries()) {
      const spec = { nodeName: 'node-a', automountServiceAccountToken: false, containers: [{ name: 'c', image: 'c', ports: [{ containerPort: 80 }] }] }
      await apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: `web-${i}`, labels: { app: 'web' } }, spec })
      const conditions = ['Ready', 'ContainersReady'].map((type) => ({ type, status: 'True' }))
      await patchStatus('pod', `web-${i}`, { phase: 'Running', podIP, podIPs: [{ ip: podIP }], hostIP: '10.0.64.4', conditions })
    }
    await ask([web], { annotations: { 'nlb-target-type': 'ip' } }, () => targets().join() === ips.map((ip) => `${ip}:80`).join())
    await kubectl(['delete', 'pod', 'web-1', '--force', '--grace-period=0'])
    await until(() => targets().length < 2)
    expect(targets()).toEqual([`${ips[0]}:80`])
  })

  test('deletes all of it, and was refused nothing but AWS Shield, which is not emulated', async () => {
    await kubectl(['delete', 'service', 'web', '--timeout=60s'])
    await until(() => aws.cloud.objects().length === before.length)
    expect(aws.cloud.objects()).toEqual(before)
    // What is still in use is asked for again, by that controller's own design.
    const refused = aws.journal.calls.filter(({ status, code }) => status !== 200 && code !== 'DependencyViolation' && code !== 'ResourceInUse')
    expect([...new Set(refused.map(({ service, action }) => `${service} ${action}`))]).toEqual(['unknown GetSubscriptionState'])
  })
})

async function freePorts(): Promise<readonly number[]> {
  const servers = [0, 1, 2].map(() => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((one) => once(one, 'listening')))
  const ports = servers.map((one) => (one.address() as { readonly port: number }).port)
  await Promise.all(servers.map((one) => once(one.close(), 'close')))
  return ports
}
