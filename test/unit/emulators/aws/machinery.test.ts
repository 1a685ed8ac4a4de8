/** What belongs to no one action: protocols, the journal, faults, rate limits, tags seen late, and steering over HTTP. */
import { DescribeAvailabilityZonesCommand, DescribeRouteTablesCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2'
import {
  AddTagsCommand,
  DeleteLoadBalancerCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { GetResourcesCommand, paginateGetResources } from '@aws-sdk/client-resource-groups-tagging-api'
import { describe, expect, test } from 'vitest'
import { REALISTIC, Refusal } from '../../../../emulators/aws/index.ts'
import { until } from '../../../until.ts'
import { type Given, given, outcome } from './given.ts'

const list = ({ elb }: Given) => outcome(elb.send(new DescribeLoadBalancersCommand({})))
const vpcs = ({ ec2 }: Given) => outcome(ec2.send(new DescribeVpcsCommand({})))
const resources = ({ tagging }: Given) => outcome(tagging.send(new GetResourcesCommand({})))

describe('on the wire', () => {
  const post = (g: Given, body: string, headers: Readonly<Record<string, string>> = { authorization: 'x' }) =>
    fetch(g.aws.url, { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } })

  test.each([
    ['elb', 'Action=Dance&Version=2015-12-01', 400, /^<ErrorResponse .*<Error><Type>Sender<\/Type><Code>InvalidAction<\/Code>/],
    ['ec2', 'Action=Dance&Version=2016-11-15', 400, /^<\?xml .*\n<Response><Errors><Error><Code>InvalidAction<\/Code>/],
    ['elb, a value that is none', 'Action=DescribeLoadBalancers&Version=2015-12-01&PageSize=x', 400, /<Code>ValidationError<\/Code>/],
  ])('a refusal of %s has the form of its service', async (_, body, status, form) => {
    const response = await post(await given(), body)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toMatch(/xml/)
    expect(await response.text()).toMatch(form)
  })

  test('the tagging API answers in JSON', async () => {
    const headers = { authorization: 'x', 'x-amz-target': 'ResourceGroupsTaggingAPI_20170126.Dance', 'content-type': 'application/x-amz-json-1.1' }
    const response = await post(await given(), '{}', headers)
    expect([response.status, await response.json()]).toMatchObject([400, { __type: 'UnknownOperationException' }])
  })

  test('a call without a signature is refused', async () => {
    const response = await post(await given(), 'Action=DescribeLoadBalancers&Version=2015-12-01', {})
    expect(response.status).toBe(403)
    expect(await response.text()).toContain('<Code>MissingAuthenticationToken</Code>')
  })

  test('what an owner wrote comes back as it was, whatever XML makes of it', async () => {
    const g = await given()
    const Tags = [{ Key: 'a<&>"b', Value: ' \u00e4 \r\n ]]> \u{1f6a2} ' }]
    await g.make.balancer({ Tags })
    const { ResourceTagMappingList } = await g.tagging.send(new GetResourcesCommand({ ResourceTypeFilters: ['elasticloadbalancing'] }))
    expect(ResourceTagMappingList?.[0]?.Tags).toEqual(Tags)
  })

  test('a dry run is reported to have gone well, and does nothing', async () => {
    const g = await given()
    expect(await outcome(g.ec2.send(new DescribeVpcsCommand({ DryRun: true })))).toBe('DryRunOperation')
  })
})

describe('the journal', () => {
  test('tells each call: who, what, read or write, and how it ended', async () => {
    const g = await given()
    const mark = g.aws.journal.mark
    await g.make.balancer()
    await outcome(g.elb.send(new DescribeTargetGroupsCommand({ Names: ['none'] })))
    await vpcs(g)
    await resources(g)
    expect(g.aws.journal.since(mark)).toMatchObject([
      { service: 'elb', action: 'CreateLoadBalancer', kind: 'write', status: 200, userAgent: expect.stringContaining('aws-sdk-js') },
      { service: 'elb', action: 'DescribeTargetGroups', kind: 'read', status: 400, code: 'TargetGroupNotFound' },
      { service: 'ec2', action: 'DescribeVpcs', kind: 'read', status: 200 },
      { service: 'tagging', action: 'GetResources', kind: 'read', status: 200 },
    ])
    expect(g.aws.journal.counts(mark)).toEqual({ CreateLoadBalancer: 1, DescribeTargetGroups: 1, DescribeVpcs: 1, GetResources: 1 })
  })

  test('tells what caused a call, when the call says so', async () => {
    const g = await given()
    const headers = { authorization: 'x', 'x-fairlead-cause': 'default/web' }
    await fetch(g.aws.url, { method: 'POST', body: new URLSearchParams({ Action: 'DescribeLoadBalancers', Version: '2015-12-01' }), headers })
    expect(g.aws.journal.calls.at(-1)).toMatchObject({ cause: 'default/web' })
  })
})

describe('faults', () => {
  test('come at the call that is named, as often as is said, and no more', async () => {
    const g = await given()
    g.aws.faults.inject({ match: { action: 'DescribeLoadBalancers' }, at: 2, times: 2, kind: '500' })
    expect([await vpcs(g), await list(g), await list(g), await list(g), await list(g)]).toEqual(['done', 'done', 'InternalFailure', 'InternalFailure', 'done'])
  })

  test.each([
    ['throttle', ['Throttling 400', 'RequestLimitExceeded 503', 'ThrottledException 400']],
    ['503', ['ServiceUnavailable 503', 'Unavailable 503', 'ServiceUnavailable 503']],
    [{ code: 'AccessDenied', status: 403 }, ['AccessDenied 403', 'AccessDenied 403', 'AccessDenied 403']],
  ] as const)('%o is said in the words of each service', async (kind, expected) => {
    const g = await given()
    g.aws.faults.inject({ kind, times: 3 })
    await list(g)
    await vpcs(g)
    await resources(g)
    expect(g.aws.journal.calls.map(({ code, status }) => `${code} ${status}`)).toEqual(expected)
  })

  test('a lost answer: the call is carried out, and the client hears nothing', async () => {
    const g = await given()
    g.aws.faults.inject({ match: { action: 'CreateLoadBalancer' }, kind: 'lost' })
    expect(await outcome(g.make.balancer())).not.toBe('done')
    expect(await outcome(g.elb.send(new DescribeLoadBalancersCommand({ Names: ['web'] })))).toBe('done')
  })

  test('a time-out: nothing is carried out, and the client waits in vain', async () => {
    const g = await given()
    g.aws.faults.inject({ match: { action: 'CreateLoadBalancer' }, kind: 'timeout' })
    const waiting = new AbortController()
    const call = outcome(g.make.balancer().finally(() => waiting.abort()))
    while (g.aws.journal.calls.length === 0) await new Promise(setImmediate)
    expect(g.aws.journal.calls).toMatchObject([{ action: 'CreateLoadBalancer', status: 0 }])
    expect(waiting.signal.aborted).toBe(false)
    expect(await outcome(g.elb.send(new DescribeLoadBalancersCommand({ Names: ['web'] })))).toBe('LoadBalancerNotFound')
    await g.aws.close()
    expect(await call).not.toBe('done')
  })

  test('by chance, the same ones from the same seed', async () => {
    const run = async (seed: number) => {
      const g = await given()
      g.aws.faults.inject({ kind: '500', probability: 0.5, seed })
      const outcomes: string[] = []
      for (let i = 0; i < 20; i++) outcomes.push(await list(g))
      return outcomes
    }
    const [first, again, other] = [await run(1), await run(1), await run(2)]
    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
    expect(new Set(first)).toEqual(new Set(['done', 'InternalFailure']))
  })
})

describe('published limits', () => {
  test('bursts, then as many as come back with time', async () => {
    const g = await given({ limits: 'published' })
    const run = async (count: number) => {
      const outcomes = await Promise.all(Array.from({ length: count }, () => list(g)))
      return outcomes.filter((one) => one === 'done').length
    }
    expect(await run(45)).toBe(40)
    g.aws.advance(1_000)
    expect(await run(15)).toBe(10)
    expect(await vpcs(g)).toBe('done')
  })

  test('writes of rules and targets have buckets of their own', async () => {
    const g = await given({ limits: 'published' })
    const made = await Promise.all(Array.from({ length: 25 }, (_, i) => outcome(g.make.targetGroup({ Name: `n${i}` }))))
    expect(made.filter((one) => one === 'Throttling')).toHaveLength(5)
    expect(await outcome(g.make.group())).toBe('done')
  })
})

describe('the tagging API', () => {
  const arns = async ({ tagging }: Given, input: object) =>
    (await tagging.send(new GetResourcesCommand(input))).ResourceTagMappingList?.map(({ ResourceARN = '' }) => ResourceARN.split(':').at(-1)?.split('/')[0])

  test('is behind: it learns of creations, changes and deletions later', async () => {
    const g = await given({ delays: { tagging: 30_000 } })
    const LoadBalancerArn = await g.make.balancer({ Tags: [{ Key: 'a', Value: '1' }] })
    const all = async () =>
      (await g.tagging.send(new GetResourcesCommand({ TagFilters: [{ Key: 'a' }] }))).ResourceTagMappingList?.map(({ Tags }) => Tags?.[0]?.Value)
    expect(await all()).toEqual([])
    g.aws.advance(30_000)
    expect(await all()).toEqual(['1'])
    await g.elb.send(new AddTagsCommand({ ResourceArns: [LoadBalancerArn], Tags: [{ Key: 'a', Value: '2' }] }))
    expect(await all()).toEqual(['1'])
    g.aws.advance(30_000)
    expect(await all()).toEqual(['2'])
    await g.elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }))
    expect(await all()).toEqual(['2'])
    g.aws.advance(30_000)
    expect(await all()).toEqual([])
  })

  test('knows the seed from the start', async () => {
    const g = await given({ delays: { tagging: 30_000 } })
    expect(await arns(g, { TagFilters: [{ Key: 'kubernetes.io/cluster/fairlead' }] })).toEqual(['security-group'])
  })

  test('tells load balancers, target groups, listeners and security groups, by kind and tag', async () => {
    const g = await given()
    const Tags = [{ Key: 'a', Value: '1' }]
    const group = await g.make.targetGroup({ Tags })
    await g.make.listener(await g.make.balancer({ Tags }), group, { Tags: [{ Key: 'a', Value: '2' }] })
    expect(new Set(await arns(g, { TagFilters: [{ Key: 'a' }] }))).toEqual(new Set(['loadbalancer', 'targetgroup', 'listener']))
    expect(await arns(g, { TagFilters: [{ Key: 'a', Values: ['2', '3'] }] })).toEqual(['listener'])
    expect(await arns(g, { ResourceTypeFilters: ['elasticloadbalancing:listener/net'] })).toEqual(['listener'])
    expect(await arns(g, { ResourceTypeFilters: ['elasticloadbalancing:loadbalancer'] })).toEqual(['loadbalancer'])
    expect(await arns(g, { ResourceTypeFilters: ['ec2:security-group'] })).toEqual(['security-group'])
  })

  test('comes in pages', async () => {
    const g = await given()
    for (let i = 0; i < 3; i++) await g.make.targetGroup({ Name: `n${i}`, Tags: [{ Key: 'a', Value: '' }] })
    const sizes: (number | undefined)[] = []
    for await (const page of paginateGetResources({ client: g.tagging }, { TagFilters: [{ Key: 'a' }], ResourcesPerPage: 2 })) {
      sizes.push(page.ResourceTagMappingList?.length)
    }
    expect(sizes).toEqual([2, 1])
  })
})

test('the seed is a VPC with public and private subnets in three zones', async () => {
  const { ec2, ids } = await given()
  const { AvailabilityZones } = await ec2.send(new DescribeAvailabilityZonesCommand({}))
  expect(AvailabilityZones?.map(({ ZoneName, ZoneId, ZoneType }) => [ZoneName, ZoneId, ZoneType])).toEqual(
    ['a', 'b', 'c'].map((zone, i) => [`eu-west-1${zone}`, `euw1-az${i + 1}`, 'availability-zone']),
  )
  const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ Filters: [{ Name: 'association.subnet-id', Values: [...ids.publicSubnets] }] }))
  expect(RouteTables?.[0]?.Routes?.some(({ GatewayId }) => GatewayId?.startsWith('igw-'))).toBe(true)
  expect(await outcome(ec2.send(new DescribeAvailabilityZonesCommand({ ZoneNames: ['eu-west-1z'] })))).toBe('InvalidParameterValue')
})

test('two clouds with the same history read the same', async () => {
  const play = async () => {
    const g = await given()
    const front = await g.make.group()
    await g.make.listener(await g.make.balancer({ SecurityGroups: [front] }), await g.make.targetGroup())
    return g.aws.cloud.objects()
  }
  const [first, second] = [await play(), await play()]
  expect(second).toEqual(first)
  expect(first.map(({ kind }) => kind)).toContain('listener')
})

test('damage is done behind the API, past the journal', async () => {
  const g = await given()
  const ListenerArn = await g.make.listener(await g.make.balancer(), await g.make.targetGroup())
  const mark = g.aws.journal.mark
  g.aws.cloud.call('elb', 'DeleteListener', { ListenerArn })
  expect(() => g.aws.cloud.call('elb', 'DeleteListener', { ListenerArn })).toThrow(Refusal)
  expect(g.aws.journal.since(mark)).toEqual([])
  expect(g.aws.cloud.objects().map(({ kind }) => kind)).not.toContain('listener')
})

test('time goes as fast as it is reported', async () => {
  let now = 1_000_000
  const g = await given({ virtualTime: false, now: () => now, delays: { provisioning: REALISTIC.provisioning } })
  await g.make.balancer()
  const state = async () => (await g.elb.send(new DescribeLoadBalancersCommand({}))).LoadBalancers?.[0]?.State?.Code
  expect(await state()).toBe('provisioning')
  now += REALISTIC.provisioning - 1
  expect(await state()).toBe('provisioning')
  g.aws.advance(1)
  expect(await state()).toBe('active')
  expect(() => g.aws.advance(-1)).toThrow(/milliseconds/)
})

test('the real time goes by as many times as quick as is said', async () => {
  const { aws } = await given({ virtualTime: false, timeScale: 10_000 })
  const start = aws.cloud.now()
  await until(() => aws.cloud.now() >= start + 60_000)
  expect(aws.cloud.now()).toBeLessThan(start + 10_000 * 60_000)
})

describe('steering over HTTP', () => {
  const steer = async (g: Given, what: string, body?: object) => {
    const [method = '', path = ''] = what.split(' ')
    const response = await fetch(`${g.aws.url}/_fairlead/${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
    return { status: response.status, text: await response.text() }
  }

  test('the journal is one object a line, and can be emptied', async () => {
    const g = await given()
    await list(g)
    await vpcs(g)
    const { text } = await steer(g, 'GET journal')
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toMatchObject([
      { service: 'elb', action: 'DescribeLoadBalancers', kind: 'read', status: 200 },
      { service: 'ec2', action: 'DescribeVpcs' },
    ])
    await steer(g, 'DELETE journal')
    expect((await steer(g, 'GET journal')).text).toBe('')
  })

  test('faults come and go', async () => {
    const g = await given()
    await steer(g, 'POST faults', { match: { service: 'elb' }, kind: 'throttle' })
    expect([await list(g), await list(g)]).toEqual(['Throttling', 'done'])
    await steer(g, 'POST faults', { kind: '500', times: 9 })
    await steer(g, 'DELETE faults')
    expect(await list(g)).toBe('done')
  })

  test('all objects, one a line', async () => {
    const g = await given()
    await g.make.balancer()
    const lines = (await steer(g, 'GET state')).text.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual(JSON.parse(JSON.stringify(g.aws.cloud.objects())))
  })

  test('packets, machines and time', async () => {
    const g = await given({ delays: { provisioning: 1_000 } })
    expect((await steer(g, 'POST machines', { pods: [], nodePorts: [], health: [] })).status).toBe(200)
    await g.make.balancer()
    const { LoadBalancers } = await g.elb.send(new DescribeLoadBalancersCommand({}))
    const deliver = async () =>
      JSON.parse((await steer(g, 'POST deliver', { from: '203.0.113.9', to: LoadBalancers![0]!.DNSName, port: 80, protocol: 'TCP' })).text) as object
    expect(await deliver()).toMatchObject({ at: 'provisioning' })
    await steer(g, 'POST advance', { ms: 1_000 })
    expect(await deliver()).toMatchObject({ at: 'listener' })
  })

  test.each([
    ['POST deliver', { from: 'x' }, 400, /"protocol" must be a text/],
    ['POST deliver', { from: 'x', to: 'y', port: 1, protocol: 'SCTP' }, 400, /"TCP" or "UDP", and is "SCTP"/],
    ['POST faults', { kind: 'slow' }, 400, /"kind" must be one of throttle, 500, 503, lost, timeout/],
    ['POST faults', { kind: '500', when: 3 }, 400, /a fault has no "when"/],
    ['POST advance', { ms: '5' }, 400, /"ms" must be a number, and is "5"/],
    ['POST machines', {}, 400, /"pods" must be a list/],
    ['POST dance', {}, 404, /there is no POST \/_fairlead\/dance/],
  ])('%s %o: %i', async (what, body, status, reason) => {
    const answer = await steer(await given(), what, body)
    expect(answer.status).toBe(status)
    expect(answer.text).toMatch(reason)
  })
})

test('a slow call is carried out at once, and answered later', async () => {
  const g = await given()
  g.aws.faults.inject({ kind: { slowMs: 50 } })
  const start = performance.now()
  const answer = list(g)
  await until(() => g.aws.journal.calls.length === 1)
  expect(await answer).toBe('done')
  expect(performance.now() - start).toBeGreaterThanOrEqual(49)
})

test('clients that retry get over a fault', async () => {
  const { aws } = await given()
  const config = { endpoint: aws.url, region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }
  const [elb, ec2] = [new ElasticLoadBalancingV2Client(config), new EC2Client(config)]
  aws.faults.inject({ kind: 'throttle', times: 1, match: { service: 'elb' } })
  aws.faults.inject({ kind: 'lost', times: 1, match: { service: 'ec2' } })
  expect([await outcome(elb.send(new DescribeLoadBalancersCommand({}))), await outcome(ec2.send(new DescribeVpcsCommand({})))]).toEqual(['done', 'done'])
  expect(aws.journal.counts()).toEqual({ DescribeLoadBalancers: 2, DescribeVpcs: 2 })
  elb.destroy()
  ec2.destroy()
})
