/** Changes of a Service that is served. A packet that may flow all the time is sent before, after every write, and at the end. */
import { expect } from 'vitest'
import type { AwsEmulator } from '../../../emulators/aws/index.ts'
import type { CloudObject } from '../under-test.ts'
import { ALWAYS, type Change, liveChanges, noted, ports } from '../live-changes.ts'
import { onServer } from './frame.ts'
import type { World } from './world.ts'

const AWS = 'service.beta.kubernetes.io/aws-load-balancer-'
const FACING = { 'fairlead.dev/scheme': 'internet-facing' }

function one(world: World, kind: CloudObject['kind'], name = /^web-/): CloudObject {
  const found = world.ownedObjects().find((object) => object.kind === kind && name.test(object.name))
  if (found === undefined) throw new Error(`no ${kind} among ${world.owned().join('\n')}`)
  return found
}

const attributes = (object: CloudObject): unknown => object.settings['attributes']
const subnetsOf = (world: World): readonly string[] =>
  (one(world, 'load balancer').settings['subnets'] as readonly { readonly subnetId: string }[]).map(({ subnetId }) => subnetId).toSorted()

const CHANGES: readonly Change<World, AwsEmulator>[] = [
  {
    what: 'TLS comes to a port',
    before: () => ports(80, 443),
    after: ({ cloud }) => noted({ 'fairlead.dev/tls-certificates.443': cloud.ids.certificates.join(',') }),
    keeps: [[80], [443]],
    check(world) {
      const { settings } = one(world, 'listener', / 443$/)
      expect(settings).toMatchObject({ protocol: 'TLS', certificate: world.aws.cloud.ids.certificates[0] })
      expect(settings['extraCertificates']).toHaveLength(2)
    },
  },
  {
    what: 'TLS goes from a port',
    before: ({ cloud }) => ({ ...ports(80, 443), ...noted({ 'fairlead.dev/tls-certificates.443': cloud.ids.certificates.join(',') }) }),
    after: () => noted({ 'fairlead.dev/tls-certificates.443': null }),
    keeps: [[80], [443]],
    check: (world) => expect(one(world, 'listener', / 443$/).settings).toMatchObject({ protocol: 'TCP' }),
  },
  {
    what: 'certificates are exchanged',
    before: ({ cloud }) => noted({ 'fairlead.dev/tls-certificates': cloud.ids.certificates.slice(0, 2).join(',') }),
    after: ({ cloud }) => noted({ 'fairlead.dev/tls-certificates': cloud.ids.certificates.slice(1).toReversed().join(',') }),
    keeps: ALWAYS,
    check(world) {
      const [, second, third] = world.aws.cloud.ids.certificates
      expect(one(world, 'listener').settings).toMatchObject({ certificate: third, extraCertificates: [second] })
    },
  },
  {
    what: 'attributes are set',
    after: () => noted({ ...FACING, 'fairlead.dev/drain-timeout': '30s', 'fairlead.dev/cross-zone': 'true', 'fairlead.dev/idle-timeout': '120s' }),
    keeps: ALWAYS,
    check(world) {
      expect(attributes(one(world, 'load balancer'))).toMatchObject({ 'load_balancing.cross_zone.enabled': 'true' })
      expect(attributes(one(world, 'target group'))).toMatchObject({ 'deregistration_delay.timeout_seconds': '30' })
      expect(attributes(one(world, 'listener'))).toMatchObject({ 'tcp.idle_timeout.seconds': '120' })
    },
  },
  {
    what: 'attributes are not asked for any more',
    before: () => noted({ ...FACING, 'fairlead.dev/drain-timeout': '30s', 'fairlead.dev/cross-zone': 'true', 'fairlead.dev/idle-timeout': '120s' }),
    after: () => noted({ 'fairlead.dev/drain-timeout': null, 'fairlead.dev/cross-zone': null, 'fairlead.dev/idle-timeout': null }),
    keeps: ALWAYS,
    check(world) {
      expect(attributes(one(world, 'load balancer'))).toMatchObject({ 'load_balancing.cross_zone.enabled': 'false' })
      expect(attributes(one(world, 'target group'))).toMatchObject({ 'deregistration_delay.timeout_seconds': '300' })
      expect(attributes(one(world, 'listener'))).toMatchObject({ 'tcp.idle_timeout.seconds': '350' })
    },
  },
  {
    what: 'from node ports to pods',
    after: () => noted({ 'fairlead.dev/targets': 'pods' }),
    keeps: ALWAYS,
    check: (world) => expect(one(world, 'target group').settings).toMatchObject({ targetType: 'ip', targets: ['10.244.1.1:8080'] }),
  },
  {
    what: 'from pods to node ports',
    before: () => noted({ 'fairlead.dev/targets': 'pods' }),
    after: () => noted({ 'fairlead.dev/targets': 'nodes' }),
    keeps: ALWAYS,
    check: (world) => expect(one(world, 'target group').settings).toMatchObject({ targetType: 'instance' }),
  },
  {
    what: 'security groups of the user',
    after: (aws) => noted({ ...FACING, 'fairlead.dev/security-groups': ownGroup(aws), [`${AWS}manage-backend-security-group-rules`]: 'true' }),
    keeps: ALWAYS,
    check(world) {
      expect(one(world, 'load balancer').settings['groups']).toContain('own')
      expect(world.owned().filter((text) => text.startsWith('security group fairlead-web'))).toEqual([])
    },
  },
  {
    what: 'security groups of ours again',
    before: (aws) => noted({ ...FACING, 'fairlead.dev/security-groups': ownGroup(aws), [`${AWS}manage-backend-security-group-rules`]: 'true' }),
    after: () => noted({ 'fairlead.dev/security-groups': null, [`${AWS}manage-backend-security-group-rules`]: null }),
    keeps: ALWAYS,
    check: (world) => expect(one(world, 'load balancer').settings['groups']).not.toContain('own'),
  },
  {
    what: 'one more zone',
    before: ({ cloud }) => noted({ 'fairlead.dev/subnets': cloud.ids.publicSubnets.slice(0, 2).join(',') }),
    after: ({ cloud }) => noted({ 'fairlead.dev/subnets': cloud.ids.publicSubnets.join(',') }),
    keeps: ALWAYS,
    check: (world) => expect(subnetsOf(world)).toEqual(world.aws.cloud.ids.publicSubnets.toSorted()),
  },
  {
    what: 'one zone less',
    before: ({ cloud }) => noted({ 'fairlead.dev/subnets': cloud.ids.publicSubnets.join(',') }),
    after: ({ cloud }) => noted({ 'fairlead.dev/subnets': cloud.ids.publicSubnets.slice(1).join(',') }),
    keeps: ALWAYS,
    check: (world) => expect(subnetsOf(world)).toEqual(world.aws.cloud.ids.publicSubnets.slice(1).toSorted()),
  },
  {
    what: 'another subnet in the same zone',
    before: ({ cloud }) => noted({ 'fairlead.dev/subnets': cloud.ids.publicSubnets.slice(0, 2).join(',') }),
    after: ({ cloud }) => noted({ 'fairlead.dev/subnets': [cloud.ids.publicSubnets[0], cloud.ids.privateSubnets[1]].join(',') }),
    keeps: ALWAYS,
    check(world) {
      const { publicSubnets, privateSubnets } = world.aws.cloud.ids
      expect(subnetsOf(world)).toEqual([String(publicSubnets[0]), String(privateSubnets[1])].toSorted())
    },
  },
  {
    what: 'reserved addresses come',
    before: ({ cloud }) => noted({ 'fairlead.dev/subnets': cloud.ids.publicSubnets.slice(0, 2).join(',') }),
    after: ({ cloud }) => noted({ 'fairlead.dev/address-names': cloud.ids.addresses.slice(0, 2).join(',') }),
    keeps: ALWAYS,
    check: (world) => expect(allocationsOf(world)).toEqual(world.aws.cloud.ids.addresses.slice(0, 2).toSorted()),
  },
  {
    what: 'other reserved addresses',
    before: ({ cloud }) =>
      noted({ 'fairlead.dev/subnets': cloud.ids.publicSubnets.slice(0, 2).join(','), 'fairlead.dev/address-names': cloud.ids.addresses.slice(0, 2).join(',') }),
    after: ({ cloud }) => noted({ 'fairlead.dev/address-names': cloud.ids.addresses.slice(2, 4).join(',') }),
    keeps: ALWAYS,
    check: (world) => expect(allocationsOf(world)).toEqual(world.aws.cloud.ids.addresses.slice(2, 4).toSorted()),
  },
  {
    what: 'IPv6 comes',
    before: () => noted({ ...FACING, 'fairlead.dev/targets': 'pods' }),
    after: () => noted({ [`${AWS}ip-address-type`]: 'dualstack' }),
    keeps: ALWAYS,
    opens: [[80, '2001:db8:c::5']],
  },
  {
    what: 'IPv6 goes',
    before: () => noted({ ...FACING, 'fairlead.dev/targets': 'pods', [`${AWS}ip-address-type`]: 'dualstack' }),
    after: () => noted({ [`${AWS}ip-address-type`]: null }),
    keeps: ALWAYS,
    shuts: [[80, '2001:db8:c::5']],
  },
  {
    what: 'tags',
    before: () => noted({ 'fairlead.dev/tags': 'team=shop,stage=live' }),
    after: () => noted({ 'fairlead.dev/tags': 'team=mail' }),
    keeps: ALWAYS,
    check(world) {
      for (const kind of ['load balancer', 'target group', 'listener', 'security group'] as const) {
        const { tags } = one(world, kind, /web-/)
        expect([tags['team'], tags['stage']]).toEqual(['mail', undefined])
      }
    },
  },
  {
    what: 'a health check of one port',
    before: () => ports(80, 81),
    after: () => noted({ 'fairlead.dev/health-check-interval.81': '30s' }),
    keeps: [[80], [81]],
    check(world) {
      const intervals = world
        .ownedObjects()
        .flatMap(({ kind, name, settings }) =>
          kind === 'target group' && name.startsWith('web-') ? [(settings['health'] as { readonly intervalSeconds: number }).intervalSeconds] : [],
        )
      expect(intervals.toSorted((a, b) => a - b)).toEqual([10, 30])
    },
  },
]

function allocationsOf(world: World): readonly unknown[] {
  return (one(world, 'load balancer').settings['subnets'] as readonly { readonly allocationId: string }[]).map(({ allocationId }) => allocationId).toSorted()
}

/** Lets everybody in on port 80. */
function ownGroup({ cloud }: AwsEmulator): string {
  const { groupId } = cloud.call('ec2', 'CreateSecurityGroup', { GroupName: 'own', GroupDescription: 'of the user', VpcId: cloud.ids.vpc }) as {
    groupId: string
  }
  cloud.call('ec2', 'AuthorizeSecurityGroupIngress', {
    GroupId: groupId,
    IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
  })
  return groupId
}

liveChanges({ open: onServer(), cloudOf: ({ aws }: World) => aws }, CHANGES)
