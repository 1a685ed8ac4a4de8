/** The playground on the emulated AWS, as its reader types it: kubectl beside it, and the AWS CLI where there is one. */
import { readFile } from 'node:fs/promises'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, test, vi } from 'vitest'
import { noCli } from '../cloud/aws/cli.ts'
import { setUpForTests } from '../set-up.ts'
import { askJson } from '../unit/emulators/aws/ask-json.ts'
import { eventually } from '../until.ts'
import { ownAddresses } from './addresses.ts'
import { noKubectl, type Playground, startPlayground } from './playground.ts'
import { run, runOther } from './program.ts'

vi.setConfig({ testTimeout: 120_000 })

const KEYS = { AWS_ACCESS_KEY_ID: 'playground', AWS_SECRET_ACCESS_KEY: 'playground', AWS_DEFAULT_REGION: 'eu-west-1' }
const reason = noKubectl()
const withoutCli = noCli()
if (reason !== undefined) console.log(`skipped: the playground on AWS: ${reason}`)
if (withoutCli !== undefined) console.log(`skipped: what the AWS CLI shows of the playground: ${withoutCli}`)

/** As a browser asks, which chooses `Host` and `Origin` itself. */
async function answerOf(url: string, headers: Readonly<Record<string, string>>): Promise<{ readonly status: number | undefined; readonly body: string }> {
  const call = request(url, { headers: { 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==', ...headers } }).end()
  const [answer] = (await once(call, 'response')) as [IncomingMessage]
  return { status: answer.statusCode, body: await text(answer) }
}

describe.skipIf(reason !== undefined)('the playground on AWS', () => {
  let playground: Playground
  let url = ''
  const hostname = (): Promise<string> => playground.kubectl(['get', 'service', 'web', '-o', 'jsonpath={.status.loadBalancer.ingress[0].hostname}'])
  const deliver = async (port: number): Promise<{ readonly backend?: string; readonly dropped?: string }> => {
    const packet = { from: '192.0.2.5', to: await hostname(), port, protocol: 'TCP' }
    return (await (await fetch(`${url}/_fairlead/deliver`, { method: 'POST', body: JSON.stringify(packet) })).json()) as { backend?: string }
  }

  const serveWeb = async (): Promise<void> => {
    await playground.apply('web', { ports: [{ port: 80 }] })
    await playground.reported('web', 'Ready')
  }

  setUpForTests(
    async () => {
      playground = await startPlayground(ownAddresses(), ['--cloud', 'aws'])
      url = (JSON.parse(await readFile(playground.endpoints, 'utf8')) as { aws: string }).aws
      await playground.deploy('web', 2)
    },
    () => playground.close(),
  )

  test('a Service gets an NLB, whose packets reach its pods; a changed scheme is planned before it is made; and it goes', async () => {
    await playground.kubectl(['expose', 'deployment', 'web', '--port=80', '--type=LoadBalancer'])
    await playground.kubectl(['wait', '--for=condition=fairlead.dev/Ready', 'service/web', '--timeout=100s'])
    expect(await hostname()).toMatch(/^web-.*\.elb\.eu-west-1\.amazonaws\.com$/)
    await eventually(
      () => deliver(80),
      (found) => found.backend !== undefined,
    )
    expect((await deliver(80)).backend).toMatch(/^web-/)
    expect(await deliver(81)).toHaveProperty('dropped')

    const journal = await (await fetch(`${url}/_fairlead/journal`)).text()
    const calls = journal
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { service: string; action: string; cause?: string })
    expect(calls.find(({ action }) => action === 'CreateLoadBalancer')).toMatchObject({
      service: 'elb',
      kind: 'write',
      cause: expect.stringContaining('create load balancer') as string,
    })

    await playground.kubectl(['delete', 'service', 'web', '--timeout=100s'])
  })

  test('none of its servers answers a request for a name that is not its own, nor one of a web page; by an address and localhost they answer', async () => {
    const { kubernetes } = JSON.parse(await readFile(playground.endpoints, 'utf8')) as { kubernetes: string }
    const metrics = /Metrics: (\S+)/.exec(playground.program.out())?.[1] ?? ''
    for (const server of [`${kubernetes}/api/v1/services`, `${url}/_fairlead/journal`, metrics]) {
      const { port } = new URL(server)
      expect(await answerOf(server, { host: `127.0.0.1:${port}` })).toMatchObject({ status: 200 })
      expect(await answerOf(server, { host: `localhost:${port}`, origin: `http://localhost:${port}` })).toMatchObject({ status: 200 })
      expect(await answerOf(server, { host: `rebind.example:${port}` })).toEqual({
        status: 421,
        body: `The Host header "rebind.example:${port}" does not name this server. Use localhost or an IP address, or allow the name with --allowed-hosts.\n`,
      })
      expect(await answerOf(server, { host: `127.0.0.1:${port}`, origin: 'https://page.example' })).toMatchObject({ status: 421 })
    }
    const forward = `${kubernetes}/api/v1/namespaces/default/pods/web/portforward?ports=8080`
    const upgrade = { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-protocol': 'v5.channel.k8s.io', 'sec-websocket-version': '13' }
    expect(await answerOf(forward, { host: 'rebind.example', ...upgrade })).toMatchObject({ status: 421 })
    expect(await answerOf(forward, { host: '127.0.0.1', origin: 'https://page.example', ...upgrade })).toMatchObject({ status: 421 })
  })

  test.skipIf(withoutCli !== undefined)('the AWS CLI shows it', async () => {
    await playground.kubectl(['expose', 'deployment', 'web', '--port=80', '--type=LoadBalancer'])
    await playground.kubectl(['wait', '--for=condition=fairlead.dev/Ready', 'service/web', '--timeout=100s'])
    const { out } = await runOther('aws', ['elbv2', 'describe-load-balancers', '--endpoint-url', url], { environment: KEYS })
    expect((JSON.parse(out) as { LoadBalancers: object[] }).LoadBalancers).toMatchObject([
      { DNSName: await hostname(), Scheme: 'internet-facing', Type: 'network' },
    ])
    await playground.kubectl(['delete', 'service', 'web', '--timeout=100s'])
    const after = await runOther('aws', ['elbv2', 'describe-load-balancers', '--endpoint-url', url], { environment: KEYS })
    expect(JSON.parse(after.out)).toEqual({ LoadBalancers: [] })
  })

  test('certificates are found by their names, and the address of a pod on the interface of its instance', async () => {
    const { body } = await askJson(url, 'CertificateManager.ListCertificates')
    expect(body['CertificateSummaryList']).toContainEqual(
      expect.objectContaining({ DomainName: 'www.example.com', CertificateArn: expect.stringMatching(/^arn:aws:acm:eu-west-1:/) as string }),
    )
    const pod = await playground.kubectl(['get', 'pod', '-l', 'app=web', '-o', 'jsonpath={.items[0].status.podIP} {.items[0].spec.nodeName}'])
    const [address = '', node = ''] = pod.split(' ')
    const found = await askEc2({ Action: 'DescribeNetworkInterfaces', 'Filter.1.Name': 'addresses.private-ip-address', 'Filter.1.Value.1': address })
    const providerId = await playground.kubectl(['get', 'node', node, '-o', 'jsonpath={.spec.providerID}'])
    expect([...found.matchAll(/<instanceId>(.*?)<\/instanceId>/g)].map(([, id]) => id)).toEqual([providerId.split('/').at(-1)])
  })

  test('fairlead plan tells what a change of scheme would do, and changes nothing', async () => {
    await serveWeb()
    const service = JSON.parse(await playground.kubectl(['get', 'service', 'web', '-o', 'json'])) as { metadata: { annotations?: object } }
    const changed = { ...service, metadata: { ...service.metadata, annotations: { ...service.metadata.annotations, 'fairlead.dev/scheme': 'internal' } } }
    const { exitCode, out, err } = await run(['plan', '-f', '-', '--kubeconfig', playground.kubeconfig], { input: JSON.stringify(changed) })
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
    expect(out).toMatch(/\+ load balancer web-\S+/)
    expect(out).not.toMatch(/- load balancer/)
    expect(out).toContain(`The address changes from ${await hostname()} to a new one, known once it is created.`)
    expect(out).toMatch(/Later: load balancer web-\S+ keeps serving .* deleted 5 minutes after/)
  })

  test('fairlead plan reads which Elastic IP addresses carry the tag that a Service names', async () => {
    await serveWeb()
    const service = JSON.parse(await playground.kubectl(['get', 'service', 'web', '-o', 'json'])) as { metadata: { annotations?: object } }
    const annotations = { ...service.metadata.annotations, 'fairlead.dev/address-names': 'tag:pool=edge' }
    const changed = { ...service, metadata: { ...service.metadata, annotations } }
    const { out } = await run(['plan', '-f', '-', '--kubeconfig', playground.kubeconfig], { input: JSON.stringify(changed) })
    expect(out).toMatch(
      /refused default\/web: fairlead\.dev\/address-names: "tag:pool=edge" is the tag of 0 Elastic IP addresses that are free\. Allowed: a tag of at least \d/,
    )
  })

  test('fairlead explain needs the kubeconfig alone, and shows the health of every target', async () => {
    await serveWeb()
    const { exitCode, out, err } = await eventually(
      () => run(['explain', 'default/web', '--kubeconfig', playground.kubeconfig]),
      (explained) => !explained.out.includes('initial'),
    )
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
    expect(out).toContain('Settings: those of the running controller (ConfigMap kube-system/fairlead-settings).')
    expect(out).toMatch(/^default\/web is served at \S+ by aws; 3 of 3 targets are healthy\.\n/)
    expect(out).toMatch(/ LISTENER +NODE PORT +READY ENDPOINTS +HEALTHY +INITIAL +UNHEALTHY +DRAINING\n {2}80\/TCP +\d+ +2 +3 +0 +0 +0\n/)
    expect(out).toContain('Left to do\n  aws, Stack service/default/web\n  └─ nothing to do\n')
  })

  /** The XML that EC2 answers. */
  async function askEc2(parameters: Readonly<Record<string, string>>): Promise<string> {
    const body = new URLSearchParams({ Version: '2016-11-15', ...parameters })
    const answer = await fetch(url, { method: 'POST', body, headers: { authorization: 'AWS4-HMAC-SHA256 Credential=x/20260101/eu-west-1/ec2/aws4_request' } })
    return answer.text()
  }
})
