/** What AWS takes and refuses of listeners. */
import {
  AddListenerCertificatesCommand,
  type CreateListenerCommandInput,
  DeleteListenerCommand,
  DescribeListenerAttributesCommand,
  DescribeListenerCertificatesCommand,
  DescribeListenersCommand,
  DescribeSSLPoliciesCommand,
  ModifyListenerAttributesCommand,
  ModifyListenerCommand,
  type ModifyListenerCommandInput,
  type ProtocolEnum,
  RemoveListenerCertificatesCommand,
  SetIpAddressTypeCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { describe, expect, test } from 'vitest'
import { type Given, type Rule, given, outcome, rules } from './given.ts'

const POLICY = 'ELBSecurityPolicy-TLS13-1-2-2021-06'

/** A listener on a load balancer of its own, with a target group of the protocol that is named. */
const listen =
  (input: Partial<CreateListenerCommandInput>, group: ProtocolEnum = 'TCP') =>
  async ({ make }: Given) => {
    return make.listener(await make.balancer(), await make.targetGroup({ Protocol: group }), input)
  }

const tls = ({ ids }: Given, more: Partial<CreateListenerCommandInput> = {}) => ({
  Protocol: 'TLS' as const,
  Certificates: [{ CertificateArn: ids.certificates[0] }],
  ...more,
})
const listenTls = (more: Partial<CreateListenerCommandInput>) => async (g: Given) => listen(tls(g, more))(g)

const PAIRS: Readonly<Record<string, readonly ProtocolEnum[]>> = {
  TCP: ['TCP', 'TCP_UDP'],
  TLS: ['TCP', 'TLS'],
  UDP: ['UDP', 'TCP_UDP'],
  TCP_UDP: ['TCP_UDP'],
}

rules(
  'a listener and its target group',
  Object.entries(PAIRS).flatMap(([Protocol, allowed]) =>
    (['TCP', 'TLS', 'UDP', 'TCP_UDP'] as const).map((group): Rule => [
      `${Protocol} to ${group}`,
      (g) => listen(Protocol === 'TLS' ? tls(g) : { Protocol: Protocol as ProtocolEnum }, group)(g),
      allowed.includes(group) ? 'done' : 'IncompatibleProtocols',
    ]),
  ),
)

/** A second listener on the load balancer of the first. */
const second =
  (input: Partial<CreateListenerCommandInput>, group: ProtocolEnum = 'TCP') =>
  async ({ make }: Given) => {
    const balancer = await make.balancer()
    const first = await make.targetGroup()
    await make.listener(balancer, first)
    return make.listener(balancer, group === 'TCP' ? first : await make.targetGroup({ Name: 'b', Protocol: group }), input)
  }

rules('a second listener', [
  ['the same once more', second({}), 'done'],
  ['on another port', second({ Port: 81 }), 'done'],
  ['on the same port, by UDP', second({ Protocol: 'UDP' }, 'UDP'), 'DuplicateListener'],
  ['on the same port, by both', second({ Protocol: 'TCP_UDP' }, 'TCP_UDP'), 'DuplicateListener'],
])

rules('more than the quota', [['a second listener', second({ Port: 81 }), 'TooManyListeners']], { quotas: { listenersPerLoadBalancer: 1 } })

const forwarding =
  (weights: readonly number[], group?: ProtocolEnum) =>
  async ({ make }: Given) => {
    const balancer = await make.balancer()
    const arns = await Promise.all(weights.map((_, i) => make.targetGroup({ Name: `n${i}`, ...(group === undefined ? {} : { Protocol: group }) })))
    const TargetGroups = weights.map((Weight, i) => ({ TargetGroupArn: arns[i], Weight }))
    return make.listener(balancer, '', { DefaultActions: [{ Type: 'forward', ForwardConfig: { TargetGroups } }] })
  }

rules('a creation', [
  ['port 0', listen({ Port: 0 }), 'ValidationError'],
  ['HTTP', listen({ Protocol: 'HTTP' }), 'UnsupportedProtocol'],
  [
    'a load balancer that is not there',
    ({ make }) => make.listener('arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/net/a/1', ''),
    'LoadBalancerNotFound',
  ],
  ['no action', listen({ DefaultActions: [] }), 'ValidationError'],
  ['an action that does not forward', listen({ DefaultActions: [{ Type: 'redirect' }] }), 'InvalidLoadBalancerAction'],
  [
    'a target group that is not there',
    async ({ make }) => make.listener(await make.balancer(), 'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/a/1'),
    'TargetGroupNotFound',
  ],
  ['two groups by weight', forwarding([1, 999]), 'done'],
  ['a weight of 1000', forwarding([1, 1000]), 'ValidationError'],
  ['six groups', forwarding([1, 1, 1, 1, 1, 1]), 'TooManyUniqueTargetGroupsPerLoadBalancer'],
  [
    'a group that another load balancer uses',
    async ({ make }) => {
      const group = await make.targetGroup()
      return [await make.listener(await make.balancer(), group), await make.listener(await make.balancer({ Name: 'b' }), group)]
    },
    'TargetGroupAssociationLimit',
  ],
  ['an empty list of tags', listen({ Tags: [] }), 'ValidationError'],
])

rules('TLS', [
  ['a certificate', listenTls({}), 'done'],
  ['no certificate', listen({ Protocol: 'TLS' }), 'InvalidConfigurationRequest'],
  ['a certificate for TCP', (g) => listen({ Certificates: [{ CertificateArn: g.ids.certificates[0] }] })(g), 'InvalidConfigurationRequest'],
  [
    'two certificates',
    (g) => listen(tls(g, { Certificates: g.ids.certificates.slice(0, 2).map((CertificateArn) => ({ CertificateArn })) }))(g),
    'InvalidConfigurationRequest',
  ],
  ['a certificate that is not there', (g) => listen(tls(g, { Certificates: [{ CertificateArn: `${g.ids.certificates[0]}0` }] }))(g), 'CertificateNotFound'],
  ['a policy', listenTls({ SslPolicy: POLICY }), 'done'],
  ['a policy that is not there', listenTls({ SslPolicy: 'best' }), 'SSLPolicyNotFound'],
  ['a policy for TCP', listen({ SslPolicy: POLICY }), 'InvalidConfigurationRequest'],
  ['an ALPN policy', listenTls({ AlpnPolicy: ['HTTP2Preferred'] }), 'done'],
  ['two ALPN policies', listenTls({ AlpnPolicy: ['HTTP2Preferred', 'HTTP1Only'] }), 'InvalidConfigurationRequest'],
  ['an ALPN policy that is not there', listenTls({ AlpnPolicy: ['HTTP3'] }), 'ALPNPolicyNotFound'],
  ['an ALPN policy for TCP', listen({ AlpnPolicy: ['HTTP1Only'] }), 'InvalidConfigurationRequest'],
])

const dualstack =
  (sourceNat: 'on' | 'off', family: 'ipv4' | 'ipv6', Protocol: 'TCP' | 'UDP' | 'TCP_UDP') =>
  async ({ make }: Given) => {
    const balancer = await make.balancer({ IpAddressType: 'dualstack', EnablePrefixForIpv6SourceNat: sourceNat })
    return make.listener(balancer, await make.targetGroup({ Protocol, IpAddressType: family, TargetType: 'ip' }), { Protocol })
  }

rules('UDP on a dualstack load balancer', [
  ['UDP, no source NAT', dualstack('off', 'ipv6', 'UDP'), 'InvalidConfigurationRequest'],
  ['UDP, an IPv4 group', dualstack('on', 'ipv4', 'UDP'), 'InvalidConfigurationRequest'],
  ['UDP, source NAT and an IPv6 group', dualstack('on', 'ipv6', 'UDP'), 'done'],
  ['both, an IPv4 group', dualstack('on', 'ipv4', 'TCP_UDP'), 'InvalidConfigurationRequest'],
  ['TCP, an IPv4 group', dualstack('off', 'ipv4', 'TCP'), 'done'],
  ['TCP, an IPv6 group', dualstack('off', 'ipv6', 'TCP'), 'done'],
  [
    'an IPv6 group on an IPv4 load balancer',
    async ({ make }) => make.listener(await make.balancer(), await make.targetGroup({ IpAddressType: 'ipv6', TargetType: 'ip' })),
    'InvalidConfigurationRequest',
  ],
  [
    'an IPv4 load balancer with UDP becomes dualstack',
    async (g) => {
      await listen({ Protocol: 'UDP' }, 'UDP')(g)
      return g.elb.send(new SetIpAddressTypeCommand({ LoadBalancerArn: await g.make.balancer(), IpAddressType: 'dualstack' }))
    },
    'InvalidConfigurationRequest',
  ],
  [
    'a dualstack load balancer with an IPv6 group goes back to IPv4',
    async (g) => {
      await dualstack('off', 'ipv6', 'TCP')(g)
      return g.elb.send(new SetIpAddressTypeCommand({ LoadBalancerArn: await g.make.balancer({ IpAddressType: 'dualstack' }), IpAddressType: 'ipv4' }))
    },
    'InvalidConfigurationRequest',
  ],
])

rules('QUIC', [
  ['alone', listen({ Protocol: 'QUIC' }, 'QUIC'), 'done'],
  [
    'with security groups',
    async ({ make }) =>
      make.listener(await make.balancer({ SecurityGroups: [await make.group()] }), await make.targetGroup({ Protocol: 'QUIC' }), { Protocol: 'QUIC' }),
    'InvalidConfigurationRequest',
  ],
  [
    'beside UDP',
    async (g) => [
      await listen({ Protocol: 'UDP' }, 'UDP')(g),
      await g.make.listener(await g.make.balancer(), await g.make.targetGroup({ Name: 'q', Protocol: 'QUIC' }), { Protocol: 'QUIC', Port: 443 }),
    ],
    'InvalidConfigurationRequest',
  ],
])

test('what is shown: both forms of the action, and only what the protocol has', async () => {
  const g = await given()
  const group = await g.make.targetGroup()
  const balancer = await g.make.balancer()
  await g.make.listener(balancer, group)
  await g.make.listener(balancer, group, tls(g, { Port: 443, AlpnPolicy: ['HTTP1Only'] }))
  const { Listeners = [] } = await g.elb.send(new DescribeListenersCommand({ LoadBalancerArn: balancer }))
  const DefaultActions = [
    {
      Type: 'forward',
      Order: 1,
      TargetGroupArn: group,
      ForwardConfig: { TargetGroups: [{ TargetGroupArn: group, Weight: 1 }], TargetGroupStickinessConfig: { Enabled: false } },
    },
  ]
  const common = { ListenerArn: expect.stringMatching(/:listener\/net\/web\/[0-9a-f]{16}\/[0-9a-f]{16}$/), LoadBalancerArn: balancer, DefaultActions }
  expect(Listeners.toSorted((a, b) => a.Port! - b.Port!)).toEqual([
    { ...common, Port: 80, Protocol: 'TCP' },
    {
      ...common,
      Port: 443,
      Protocol: 'TLS',
      Certificates: [{ CertificateArn: g.ids.certificates[0] }],
      SslPolicy: 'ELBSecurityPolicy-2016-08',
      AlpnPolicy: ['HTTP1Only'],
    },
  ])
})

describe('a change in place', () => {
  const change = (input: (g: Given) => Promise<Partial<ModifyListenerCommandInput>> | Partial<ModifyListenerCommandInput>) => async (g: Given) => {
    const ListenerArn = await listen({})(g)
    return g.elb.send(new ModifyListenerCommand({ ListenerArn, ...(await input(g)) }))
  }
  const to = async ({ make }: Given, Protocol: ProtocolEnum) => [{ Type: 'forward' as const, TargetGroupArn: await make.targetGroup({ Name: 'b', Protocol }) }]

  rules('of a TCP listener', [
    ['another port', change(() => ({ Port: 8080 })), 'done'],
    ['UDP, the old group', change(() => ({ Protocol: 'UDP' })), 'IncompatibleProtocols'],
    ['UDP, a new group', change(async (g) => ({ Protocol: 'UDP', DefaultActions: await to(g, 'UDP') })), 'done'],
    ['both, a new group', change(async (g) => ({ Protocol: 'TCP_UDP', DefaultActions: await to(g, 'TCP_UDP') })), 'done'],
    ['TLS without a certificate', change(() => ({ Protocol: 'TLS' })), 'InvalidConfigurationRequest'],
    ['TLS with one', change((g) => ({ Protocol: 'TLS', Certificates: [{ CertificateArn: g.ids.certificates[0] }] })), 'done'],
    ['the port of another listener', async (g) => [await second({ Port: 81 })(g), await change(() => ({ Port: 81 }))(g)], 'DuplicateListener'],
  ])

  test('TLS to TCP drops certificates and policies', async () => {
    const g = await given()
    const ListenerArn = await listenTls({ AlpnPolicy: ['None'] })(g)
    const { Listeners } = await g.elb.send(new ModifyListenerCommand({ ListenerArn, Protocol: 'TCP' }))
    expect(Listeners?.[0]).toMatchObject({ Protocol: 'TCP' })
    expect([Listeners?.[0]?.Certificates, Listeners?.[0]?.SslPolicy, Listeners?.[0]?.AlpnPolicy]).toEqual([undefined, undefined, undefined])
  })

  test('what is not named stays', async () => {
    const g = await given()
    const ListenerArn = await listenTls({ SslPolicy: POLICY, AlpnPolicy: ['None'] })(g)
    const { Listeners } = await g.elb.send(new ModifyListenerCommand({ ListenerArn, Port: 444 }))
    expect(Listeners?.[0]).toMatchObject({
      Port: 444,
      Protocol: 'TLS',
      SslPolicy: POLICY,
      AlpnPolicy: ['None'],
      Certificates: [{ CertificateArn: g.ids.certificates[0] }],
    })
  })
})

describe('certificates besides the default', () => {
  const certificates = async ({ elb }: Given, ListenerArn: string) => {
    const { Certificates = [] } = await elb.send(new DescribeListenerCertificatesCommand({ ListenerArn }))
    return Certificates.map(({ CertificateArn, IsDefault }) => [CertificateArn, IsDefault])
  }

  test('are added, once each, and taken away; the default is reported and stays', async () => {
    const g = await given()
    const ListenerArn = await listenTls({})(g)
    const [first, other] = g.ids.certificates
    const Certificates = [{ CertificateArn: other }]
    await g.elb.send(new AddListenerCertificatesCommand({ ListenerArn, Certificates }))
    await g.elb.send(new AddListenerCertificatesCommand({ ListenerArn, Certificates }))
    expect(await certificates(g, ListenerArn)).toEqual([
      [first, true],
      [other, false],
    ])
    expect(await outcome(g.elb.send(new RemoveListenerCertificatesCommand({ ListenerArn, Certificates: [{ CertificateArn: first }] })))).toBe(
      'OperationNotPermitted',
    )
    await g.elb.send(new RemoveListenerCertificatesCommand({ ListenerArn, Certificates }))
    expect(await certificates(g, ListenerArn)).toEqual([[first, true]])
  })

  test('are refused on a listener that is not known everywhere yet', async () => {
    const g = await given({ delays: { propagation: 1_000 } })
    const ListenerArn = await listenTls({})(g)
    const add = () => outcome(g.elb.send(new AddListenerCertificatesCommand({ ListenerArn, Certificates: [{ CertificateArn: g.ids.certificates[1] }] })))
    expect(await add()).toBe('ListenerNotFound')
    g.aws.advance(1_000)
    expect(await add()).toBe('done')
  })

  const add = (pick: (ids: Given['ids']) => readonly (string | undefined)[]) => async (g: Given) => {
    const Certificates = pick(g.ids).map((CertificateArn) => ({ CertificateArn }))
    return g.elb.send(new AddListenerCertificatesCommand({ ListenerArn: await listenTls({})(g), Certificates }))
  }
  rules(
    'limits',
    [
      ['one more than the quota', add((ids) => ids.certificates.slice(0, 2)), 'TooManyCertificates'],
      ['one that is not there', add((ids) => [`${ids.certificates[0]}0`]), 'CertificateNotFound'],
    ],
    { quotas: { certificatesPerLoadBalancer: 1 } },
  )
})

const attribute =
  (Value: string, group: ProtocolEnum = 'TCP', Protocol: ProtocolEnum = 'TCP') =>
  async (g: Given) => {
    const ListenerArn = await listen(Protocol === 'TLS' ? tls(g) : { Protocol }, group)(g)
    return g.elb.send(new ModifyListenerAttributesCommand({ ListenerArn, Attributes: [{ Key: 'tcp.idle_timeout.seconds', Value }] }))
  }

rules('the idle timeout', [
  ['60 s', attribute('60'), 'done'],
  ['6000 s', attribute('6000'), 'done'],
  ['59 s', attribute('59'), 'InvalidConfigurationRequest'],
  ['on UDP', attribute('60', 'UDP', 'UDP'), 'InvalidConfigurationRequest'],
  ['on TLS', attribute('60', 'TCP', 'TLS'), 'InvalidConfigurationRequest'],
])

test('the idle timeout is 350 s when nothing was set, and only TCP has one', async () => {
  const g = await given()
  const reported = async (ListenerArn: string) => (await g.elb.send(new DescribeListenerAttributesCommand({ ListenerArn }))).Attributes
  const [balancer, group] = [await g.make.balancer(), await g.make.targetGroup()]
  expect(await reported(await g.make.listener(balancer, group))).toEqual([{ Key: 'tcp.idle_timeout.seconds', Value: '350' }])
  expect(await reported(await g.make.listener(balancer, group, tls(g, { Port: 443 })))).toEqual([])
})

rules('a deletion', [
  ['one that is there', async (g) => g.elb.send(new DeleteListenerCommand({ ListenerArn: await listen({})(g) })), 'done'],
  [
    'one that is gone',
    async (g) => {
      const ListenerArn = await listen({})(g)
      return [await g.elb.send(new DeleteListenerCommand({ ListenerArn })), await g.elb.send(new DeleteListenerCommand({ ListenerArn }))]
    },
    'ListenerNotFound',
  ],
])

rules('security policies', [
  ['all', ({ elb }) => elb.send(new DescribeSSLPoliciesCommand({})), 'done'],
  ['one by name', ({ elb }) => elb.send(new DescribeSSLPoliciesCommand({ Names: [POLICY] })), 'done'],
  ['one that is not there', ({ elb }) => elb.send(new DescribeSSLPoliciesCommand({ Names: ['best'] })), 'SSLPolicyNotFound'],
])
