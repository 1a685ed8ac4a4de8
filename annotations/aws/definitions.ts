/** What stays in AWS' own words, because no other cloud has it. */
import type { Definition } from '../define.ts'
import { anyText, boolean, oneOf } from '../parsers.ts'
import { balancerAttributes, DRAIN_SECONDS, groupAttributes, IDLE_SECONDS, listenerAttributes } from './attributes.ts'
import { addressesOf, listOf } from '../translated.ts'
import { capacityUnits, goBoolean, onOff, PREFIX } from './values.ts'

export const definitions = {
  ipAddressType: {
    key: `${PREFIX}ip-address-type`,
    value: oneOf('ipv4', 'dualstack'),
    doc: 'IPv4 alone, or IPv4 and IPv6; changed in place. `dualstack-without-public-ipv4` is for Application Load Balancers.',
    example: 'dualstack',
    default: "by the Service's families",
  },
  privateIpv4Addresses: {
    key: `${PREFIX}private-ipv4-addresses`,
    value: addressesOf('IPv4', 'IPv4 addresses'),
    doc: 'Addresses of an internal balancer, one in each of its subnets, in any order.',
    example: '10.0.1.10,10.0.2.10',
    default: 'AWS chooses',
  },
  ipv6Addresses: {
    key: `${PREFIX}ipv6-addresses`,
    value: addressesOf('IPv6', 'IPv6 addresses'),
    doc: 'Addresses of a dual-stack balancer, one in each of its subnets, in any order.',
    example: '2001:db8:0:1::10,2001:db8:0:2::10',
    default: 'AWS chooses',
  },
  ipv6SourceNat: {
    key: `${PREFIX}enable-prefix-for-ipv6-source-nat`,
    value: onOff,
    doc: 'IPv6 prefixes for source NAT, which UDP on a dual-stack balancer needs.',
    example: 'on',
    default: '`off`',
  },
  loadBalancerAttributes: {
    key: `${PREFIX}attributes`,
    value: balancerAttributes,
    doc: "Attributes of the balancer by AWS' own keys; an annotation for one attribute alone takes precedence, with a note. Known attributes are checked by their type. An attribute that is not named any more goes back to its default (the other controllers leave it as it was).",
    example: 'deletion_protection.enabled=true,dns_record.client_routing_policy=availability_zone_affinity',
    default: "AWS'",
    neutralPairs: {
      'deletion_protection.enabled': { word: 'deletion-protection', value: boolean },
      'load_balancing.cross_zone.enabled': { word: 'cross-zone', value: boolean },
    },
  },
  targetGroupAttributes: {
    key: `${PREFIX}target-group-attributes`,
    value: groupAttributes,
    doc: "Attributes of all target groups by AWS' own keys; with a port, of that port's, key by key before those of all. An annotation for one attribute alone takes precedence, with a note; of drain timeout and client addresses the value for one port does. Known attributes are checked by their type, and unknown ones are sent apart from them. Those not named any more go back to their defaults.",
    example: 'deregistration_delay.timeout_seconds=60,preserve_client_ip.enabled=true',
    default: "AWS'",
    perPort: true,
    cumulative: true,
    neutralPairs: {
      'deregistration_delay.timeout_seconds': { word: 'drain-timeout', value: DRAIN_SECONDS, text: (value) => `${value}s` },
      'preserve_client_ip.enabled': { word: 'preserve-client-ip', value: boolean },
      'proxy_protocol_v2.enabled': { word: 'proxy-protocol', value: boolean, text: (value) => (value === 'true' ? 'v2' : 'off') },
    },
  },
  listenerAttributes: {
    key: `${PREFIX}listener-attributes`,
    value: listenerAttributes,
    doc: 'Attributes of the listener of one port, named by its protocol and number: `TCP-80`, `TCP_UDP-53`. AWS has none for TLS and UDP.',
    example: 'tcp.idle_timeout.seconds=400',
    default: "AWS'",
    perPort: `${PREFIX}listener-attributes.{protocol}-{port}`,
    cumulative: true,
    neutralPairs: { 'tcp.idle_timeout.seconds': { word: 'idle-timeout', value: IDLE_SECONDS, text: (value) => `${value}s` } },
  },
  prefixLists: {
    key: `${PREFIX}security-group-prefix-lists`,
    value: listOf(/^pl-[0-9a-f]+$/, 'ids of prefix lists (`pl-...`)'),
    admitsClients: true,
    doc: 'The source ranges that clients may connect from, in addition to those of the Service; all others are refused. A port with its own ranges has only those.',
    example: 'pl-0123456789abcdef0',
    default: 'none',
  },
  manageBackendRules: {
    key: `${PREFIX}manage-backend-security-group-rules`,
    value: goBoolean,
    doc: "With security groups of your own (`fairlead.dev/security-groups`): let the balancer carry the cluster's back-end group too, which the nodes allow.",
    example: 'true',
    default: '`false` with groups of your own, else `true`',
  },
  privateLinkRules: {
    key: `${PREFIX}inbound-sg-rules-on-private-link-traffic`,
    value: onOff,
    admitsClients: true,
    doc: 'Whether traffic through PrivateLink has to pass the security groups.',
    example: 'off',
    default: '`on`',
  },
  icmpPathMtu: {
    key: `${PREFIX}enable-icmp-for-path-mtu-discovery`,
    value: onOff,
    doc: 'Let in the ICMP messages that path MTU discovery needs, from where clients may come.',
    example: 'on',
    default: '`off`',
  },
  noSecurityGroups: {
    key: `${PREFIX}disable-nlb-sg`,
    value: goBoolean,
    admitsClients: true,
    doc: 'A balancer without security groups, which can never get any later. It lets everybody in, so source ranges are refused with it, and to let it in at the nodes is up to you.',
    example: 'true',
    default: '`false`',
  },
  capacityUnits: {
    key: `${PREFIX}minimum-load-balancer-capacity`,
    value: capacityUnits,
    doc: 'A reservation of capacity, which costs money; made when the balancer is active, taken back when the annotation goes (aws-load-balancer-controller keeps it).',
    example: 'CapacityUnits=2750',
    default: 'none',
  },
  accessLogEnabled: {
    key: `${PREFIX}access-log-enabled`,
    value: goBoolean,
    doc: 'Access logs to S3, of TLS listeners. Takes precedence over `attributes`, with a note: `false` turns off also what that asks for (aws-load-balancer-controller ignores `false`).',
    example: 'true',
    default: '`false`',
  },
  accessLogBucket: {
    key: `${PREFIX}access-log-s3-bucket-name`,
    value: anyText('the name of a bucket'),
    doc: "Where access logs go. The bucket's policy has to let AWS write.",
    example: 'shop-logs',
    default: 'none',
  },
  accessLogPrefix: {
    key: `${PREFIX}access-log-s3-bucket-prefix`,
    value: anyText('a prefix'),
    doc: 'What the names of the log objects begin with.',
    example: 'nlb/shop',
    default: 'none',
  },
} as const satisfies Record<string, Definition<unknown>>
