/** IP addresses and ranges as text: usual ones, special ones, and text that is not one. */
import * as fc from 'fast-check'

const byte = fc.nat({ max: 255 })

export const ipv4 = fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.join('.'))

export const ipv6 = fc.array(fc.nat({ max: 0xffff }), { minLength: 8, maxLength: 8 }).map((groups) => groups.map((group) => group.toString(16)).join(':'))

/** What a pod usually has. */
export const podIpv4 = fc.tuple(byte, byte).map(([third, fourth]) => `10.244.${third}.${fourth}`)
export const podIpv6 = fc.nat({ max: 0xffff }).map((last) => `fd00:10:244::${last.toString(16)}`)

/**
 * Addresses with a meaning of their own: metadata services, link-local, loopback, multicast, unspecified, broadcast, IPv4 inside IPv6. Today's API server refuses
 * some of them in an EndpointSlice; older ones stored more, and what is stored stays.
 */
export const SPECIAL_IPV4 = [
  '169.254.169.254',
  '169.254.170.2',
  '168.63.129.16',
  '100.100.100.200',
  '192.0.0.192',
  '127.0.0.1',
  '127.0.10.1',
  '0.0.0.0',
  '0.0.0.7',
  '224.0.0.1',
  '239.255.255.250',
  '240.0.0.1',
  '255.255.255.255',
] as const
export const SPECIAL_IPV6 = [
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254',
  'fd00:c1::a9fe:a9fe',
  'fe80::1',
  'fe80::a9fe:a9fe',
  '::1',
  '::',
  'ff02::1',
  '::ffff:169.254.169.254',
  '::ffff:127.0.0.1',
  '::ffff:10.244.0.7',
  '64:ff9b::a9fe:a9fe',
  '2001:db8::1',
] as const

export const address = fc.oneof(
  { weight: 4, arbitrary: podIpv4 },
  { weight: 2, arbitrary: podIpv6 },
  { weight: 1, arbitrary: ipv4 },
  { weight: 1, arbitrary: ipv6 },
  { weight: 2, arbitrary: fc.constantFrom(...SPECIAL_IPV4, ...SPECIAL_IPV6) },
)

/** Text where an address is expected and the API server checks nothing: `spec.loadBalancerIP`, annotations, slices of host names. */
export const addressText = fc.oneof(
  { weight: 4, arbitrary: address },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', ' ', 'example.org', '10.0.0', '010.000.000.001', ' 10.0.0.1 ', '10.0.0.1/32', 'fe80::1%eth0', '1.2.3.4.5', '::g'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
)

const ipv4Range = fc.tuple(ipv4, fc.nat({ max: 32 })).map(([ip, bits]) => `${ip}/${bits}`)
const ipv6Range = fc.tuple(ipv6, fc.nat({ max: 128 })).map(([ip, bits]) => `${ip}/${bits}`)

/** Ranges as the API server stores them, host bits and spaces of older ones included. */
export const range = fc.oneof(
  { weight: 4, arbitrary: ipv4Range },
  { weight: 2, arbitrary: ipv6Range },
  { weight: 2, arbitrary: fc.constantFrom('0.0.0.0/0', '::/0', '10.0.0.0/8', '127.0.0.0/8', '::ffff:0:0/96', ' 10.0.0.0/8 ', '010.0.0.0/8', '10.0.0.1/32') },
)

export const rangeText = fc.oneof(
  { weight: 6, arbitrary: range },
  { weight: 1, arbitrary: fc.constantFrom('', '10.0.0.1', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/8/8', '/0', 'fe80::/200', 'everybody') },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
)
