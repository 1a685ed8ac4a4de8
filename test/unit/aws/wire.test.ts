/**
 * Many tests call an emulated cloud in process. So that they mean something, each action of the adapter is asked over real HTTP here and in process, and both the
 * request that arrives and what the adapter reads from the answer are the same.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { expect, onTestFinished, test, vi } from 'vitest'
import { IMMEDIATE, startAws } from '../../../emulators/aws/index.ts'
import { serve, type Visit } from '../../../emulators/cloud/http/serve.ts'
import { type AwsApi, FAMILIES } from '../../../providers/aws/api/calls.ts'
import { openSdk, type Sdk } from '../../../providers/aws/api/sdk.ts'
import { inProcess } from '../../cloud/aws/transport.ts'

const ACTIONS = Object.keys(FAMILIES) as readonly (keyof AwsApi)[]

/** Enough for a request to have members of every kind; what an action does not have is left out by the SDK. */
const INPUT = {
  Names: ['web'],
  Name: 'web',
  LoadBalancerArn: 'arn:balancer',
  TargetGroupArn: 'arn:group',
  ListenerArn: 'arn:listener',
  ResourceArns: ['arn:balancer'],
  Tags: [{ Key: 'team', Value: 'a & b' }],
  TagKeys: ['team'],
  Targets: [{ Id: '10.0.0.1', Port: 80 }],
  Attributes: [{ Key: 'a', Value: 'true' }],
  Certificates: [{ CertificateArn: 'arn:certificate' }],
  SecurityGroups: ['sg-1'],
  Subnets: ['subnet-1'],
  IpAddressType: 'ipv4',
  GroupId: 'sg-1',
  GroupName: 'web',
  Description: 'web',
  Resources: ['sg-1'],
  IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'all' }] }],
  TagFilters: [{ Key: 'team', Values: ['a'] }],
}

test('each action is the same over HTTP and in process, as it is sent and as it is answered', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  onTestFinished(() => void vi.unstubAllEnvs())
  const aws = await startAws({ delays: IMMEDIATE, virtualTime: true })
  onTestFinished(() => aws.close())
  let arrived: Visit | undefined
  const handle = (visit: Visit): void => {
    arrived = visit
    aws.handle(visit)
  }
  const server = await serve(handle, {})
  onTestFinished(() => server.close())
  const options = { region: aws.cloud.region, endpoint: server.url, version: 'test' }
  const [wire, direct] = [openSdk(options), openSdk({ ...options, transport: inProcess({ handle }) })]
  onTestFinished(() => [wire, direct].forEach((sdk) => sdk.close()))
  const exchange = async (sdk: Sdk, action: keyof AwsApi) => {
    const answer = await sdk
      .send(action, { ...INPUT, Filters: [{ Name: 'vpc-id', Values: [aws.cloud.ids.vpc] }] }, new AbortController().signal)
      .catch((error: unknown) => error)
    return {
      body: arrived?.body,
      request: { method: arrived?.request.method, url: arrived?.request.url, headers: headersOf(arrived?.request.headers) },
      answer: plain(answer),
    }
  }
  const signed: boolean[] = []
  const statuses: unknown[] = []
  for (const action of ACTIONS) {
    const overHttp = await exchange(wire, action)
    signed.push(/^AWS4-HMAC-SHA256 .*Signature=/.test(arrived?.request.headers.authorization ?? ''))
    const { body, request, answer } = await exchange(direct, action)
    statuses.push(overHttp.answer['status'])
    expect({ action, body, answer }).toEqual({ action, body: overHttp.body, answer: overHttp.answer })
    expect({ action, request }).toMatchObject({ action, request: overHttp.request })
  }
  expect(signed.every(Boolean)).toBe(true)
  expect(new Set(statuses), 'answers of both kinds').toEqual(new Set([200, 400]))
  expect(new Set(aws.journal.calls.map(({ action }) => action.toLowerCase()))).toEqual(new Set(ACTIONS.map((action) => action.toLowerCase())))
})

/** Without what only a signature or a socket needs. */
function headersOf(headers: IncomingHttpHeaders = {}): IncomingHttpHeaders {
  const OWN = /^(authorization|x-amz-date|x-amz-content-sha256|amz-sdk-invocation-id|connection|transfer-encoding|x-amz-user-agent|user-agent)$/
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN.test(name)))
}

/** Without what each answer has of its own; an error with what the adapter reads of it. */
function plain(answer: unknown): Readonly<Record<string, unknown>> {
  const { $metadata, ...rest } = { ...(answer as { readonly $metadata?: { readonly httpStatusCode?: number } }) }
  const error = answer instanceof Error ? { name: answer.name, message: answer.message } : {}
  const text = JSON.stringify({ ...rest, ...error, status: $metadata?.httpStatusCode }, (key, value: unknown) =>
    /^\$|requestId/i.test(key) ? undefined : value,
  )
  return JSON.parse(text) as Readonly<Record<string, unknown>>
}
