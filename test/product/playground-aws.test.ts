/** The playground on the emulated AWS, as its reader types it: kubectl beside it, and the AWS CLI where there is one. */
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { noCli } from '../aws/cli.ts'
import { until } from '../until.ts'
import { noKubectl, type Playground, startPlayground } from './playground.ts'
import { run, runOther } from './program.ts'

vi.setConfig({ testTimeout: 120_000 })

const KEYS = { AWS_ACCESS_KEY_ID: 'playground', AWS_SECRET_ACCESS_KEY: 'playground', AWS_DEFAULT_REGION: 'eu-west-1' }
const reason = noKubectl()
const withoutCli = noCli()
if (reason !== undefined) console.log(`skipped: the playground on AWS: ${reason}`)
if (withoutCli !== undefined) console.log(`skipped: what the AWS CLI shows of the playground: ${withoutCli}`)

describe.skipIf(reason !== undefined)('the playground on AWS', () => {
  let playground: Playground
  let url = ''
  const hostname = (): Promise<string> => playground.kubectl(['get', 'service', 'web', '-o', 'jsonpath={.status.loadBalancer.ingress[0].hostname}'])
  const deliver = async (port: number): Promise<{ readonly backend?: string; readonly dropped?: string }> => {
    const packet = { from: '192.0.2.5', to: await hostname(), port, protocol: 'TCP' }
    return (await (await fetch(`${url}/_fairlead/deliver`, { method: 'POST', body: JSON.stringify(packet) })).json()) as { backend?: string }
  }

  beforeAll(async () => {
    playground = await startPlayground('127.0.66.', ['--cloud', 'aws'])
    url = (JSON.parse(await readFile(playground.endpoints, 'utf8')) as { aws: string }).aws
    await playground.deploy('web', 2)
  })
  afterAll(() => playground.close())

  test('a Service gets an NLB, whose packets reach its pods; a changed scheme is planned before it is made; and it goes', async () => {
    await playground.kubectl(['expose', 'deployment', 'web', '--port=80', '--type=LoadBalancer'])
    await playground.kubectl(['wait', '--for=condition=fairlead.dev/Ready', 'service/web', '--timeout=60s'])
    expect(await hostname()).toMatch(/^web-.*\.elb\.eu-west-1\.amazonaws\.com$/)
    await until(async () => (await deliver(80)).backend !== undefined)
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

    await playground.kubectl(['delete', 'service', 'web', '--timeout=60s'])
  })

  test.skipIf(withoutCli !== undefined)('the AWS CLI shows it', async () => {
    await playground.kubectl(['expose', 'deployment', 'web', '--port=80', '--type=LoadBalancer'])
    await playground.kubectl(['wait', '--for=condition=fairlead.dev/Ready', 'service/web', '--timeout=60s'])
    const { out } = await runOther('aws', ['elbv2', 'describe-load-balancers', '--endpoint-url', url], { environment: KEYS })
    expect((JSON.parse(out) as { LoadBalancers: object[] }).LoadBalancers).toMatchObject([
      { DNSName: await hostname(), Scheme: 'internet-facing', Type: 'network' },
    ])
    await playground.kubectl(['delete', 'service', 'web', '--timeout=60s'])
    const after = await runOther('aws', ['elbv2', 'describe-load-balancers', '--endpoint-url', url], { environment: KEYS })
    expect(JSON.parse(after.out)).toEqual({ LoadBalancers: [] })
  })

  test('fairlead plan tells what a change of scheme would do, and changes nothing', async () => {
    await playground.kubectl(['expose', 'deployment', 'web', '--port=80', '--type=LoadBalancer'])
    await playground.kubectl(['wait', '--for=condition=fairlead.dev/Ready', 'service/web', '--timeout=60s'])
    const service = JSON.parse(await playground.kubectl(['get', 'service', 'web', '-o', 'json'])) as { metadata: { annotations?: object } }
    const changed = { ...service, metadata: { ...service.metadata, annotations: { ...service.metadata.annotations, 'fairlead.dev/scheme': 'internal' } } }
    const where = ['--kubeconfig', playground.kubeconfig, '--providers', 'aws', '--default-class', 'aws', '--aws-endpoint', url, ...(await network())]
    const { exitCode, out, err } = await run(['plan', '-f', '-', ...where], { environment: KEYS, input: JSON.stringify(changed) })
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
    expect(out).toMatch(/create load balancer web-\S+/)
    expect(out).not.toMatch(/delete load balancer/)
    expect(await hostname()).toMatch(/^web-/)
  })

  /** What `aws` would tell of the VPC. */
  async function network(): Promise<readonly string[]> {
    const body = new URLSearchParams({ Action: 'DescribeVpcs', Version: '2016-11-15' })
    const answer = await fetch(url, { method: 'POST', body, headers: { authorization: 'AWS4-HMAC-SHA256 Credential=x/20260101/eu-west-1/ec2/aws4_request' } })
    const vpc = /<vpcId>(vpc-[0-9a-f]+)/.exec(await answer.text())?.[1] ?? ''
    return ['--aws-region', 'eu-west-1', '--aws-vpc-id', vpc, '--aws-cluster-name', 'playground']
  }
})
