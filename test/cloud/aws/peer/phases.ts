/** The life of a Service as aws-load-balancer-controller plays it: what is wanted in each phase, and which writes are to follow. */
import type { PeerService } from './calls.ts'

export interface Phase {
  readonly name: string
  /** Undefined: the Service is deleted. */
  readonly wanted: PeerService | undefined
  /** Writes, in order. */
  readonly writes: readonly string[]
}

/** `certificates`: two ARNs. */
export function phases([certificate = '', other = '']: readonly string[]): readonly Phase[] {
  const web = { port: 80, protocol: 'TCP', nodePort: 30_080 } as const
  const dns = { port: 53, protocol: 'UDP', nodePort: 30_053 } as const
  const tls = { port: 443, protocol: 'TLS', nodePort: 30_443 } as const
  const base: PeerService = { ports: [web], sourceRanges: ['0.0.0.0/0'], tags: {} }
  const two: PeerService = { ...base, ports: [web, dns] }
  const narrow: PeerService = { ...two, sourceRanges: ['203.0.113.0/24', '198.51.100.0/24'] }
  const one: PeerService = { ...narrow, ports: [web] }
  const secured: PeerService = { ...one, ports: [web, { ...tls, certificates: [certificate] }] }
  const both: PeerService = { ...one, ports: [web, { ...tls, certificates: [other, certificate] }] }
  const settings: PeerService = { ...secured, crossZone: true, drainSeconds: 30 }
  const plain: PeerService = { ...settings, ports: [web, { ...tls, protocol: 'TCP' }] }
  return [
    {
      name: 'a Service of one port is made',
      wanted: base,
      writes: [
        'CreateSecurityGroup',
        'CreateSecurityGroup',
        'AuthorizeSecurityGroupIngress',
        'CreateTargetGroup',
        'CreateLoadBalancer',
        'CreateListener',
        'RegisterTargets',
        'AuthorizeSecurityGroupIngress',
      ],
    },
    { name: 'nothing changed', wanted: base, writes: [] },
    {
      name: 'a port is added',
      wanted: two,
      writes: ['AuthorizeSecurityGroupIngress', 'CreateTargetGroup', 'CreateListener', 'RegisterTargets', 'AuthorizeSecurityGroupIngress'],
    },
    { name: 'the source ranges are narrowed', wanted: narrow, writes: ['AuthorizeSecurityGroupIngress', 'RevokeSecurityGroupIngress'] },
    {
      name: 'a port is taken away',
      wanted: one,
      writes: ['RevokeSecurityGroupIngress', 'DeleteListener', 'RevokeSecurityGroupIngress', 'DeleteTargetGroup'],
    },
    {
      name: 'a port with TLS is added',
      wanted: secured,
      writes: [
        'AuthorizeSecurityGroupIngress',
        'CreateTargetGroup',
        'CreateListener',
        'AddListenerCertificates',
        'RegisterTargets',
        'AuthorizeSecurityGroupIngress',
      ],
    },
    { name: 'another certificate is the default', wanted: both, writes: ['ModifyListener', 'AddListenerCertificates'] },
    { name: 'nothing changed with TLS', wanted: both, writes: [] },
    { name: 'tags are added', wanted: { ...both, tags: { team: 'x' } }, writes: Array.from({ length: TAGGED }, () => 'AddTags') },
    { name: 'tags are taken away', wanted: both, writes: Array.from({ length: TAGGED }, () => 'RemoveTags') },
    { name: 'a certificate is taken away', wanted: secured, writes: ['ModifyListener', 'RemoveListenerCertificates'] },
    { name: 'attributes are set', wanted: settings, writes: ['ModifyTargetGroupAttributes', 'ModifyTargetGroupAttributes', 'ModifyLoadBalancerAttributes'] },
    { name: 'TLS is given up', wanted: plain, writes: ['ModifyListener'] },
    {
      name: 'the Service is deleted',
      wanted: undefined,
      writes: [
        'DeleteLoadBalancer',
        'DeregisterTargets',
        'DeleteTargetGroup',
        'DeregisterTargets',
        'DeleteTargetGroup',
        'RevokeSecurityGroupIngress',
        'DeleteSecurityGroup',
        'DeleteSecurityGroup',
      ],
    },
    { name: 'nothing is left to delete', wanted: undefined, writes: [] },
  ]
}

/** The load balancer, and target group and listener of each of two ports. */
const TAGGED = 5

export const isWrite = (call: string): boolean => !call.startsWith('Describe')
