/**
 * Addresses that are never a pod's or a node's, and behind which a machine keeps what is its own: credentials of the cloud, its own services. A balancer that dialled one
 * for a tenant would hand them out, and one with the host's network is not stopped by the hop limit that guards them otherwise.
 */
import ipaddr from 'ipaddr.js'

/** Ranges, and what they are, as the end of a sentence: "is a metadata address of AWS". */
const SPECIAL: readonly (readonly [range: string, what: string])[] = [
  // docs.aws.amazon.com: IMDS, time and DNS over IPv6, and EKS Pod Identity, are all in fd00:ec2::/32.
  ['fd00:ec2::/32', 'a metadata address of AWS'],
  // cloud.google.com/compute/docs/metadata: over IPv6.
  ['fd20:ce::254/128', 'a metadata address of Google Cloud'],
  // learn.microsoft.com: the virtual public IP through which an Azure VM gets its configuration and certificates.
  ['168.63.129.16/32', 'a metadata address of Azure'],
  ['100.100.100.200/32', 'a metadata address of Alibaba Cloud'],
  ['192.0.0.192/32', 'a metadata address of Oracle Cloud'],
  ['fd00:c1::a9fe:a9fe/128', 'a metadata address of Oracle Cloud'],
  // Metadata over IPv4 is at 169.254.169.254, or near it, on every cloud.
  ['169.254.0.0/16', 'a link-local address, where clouds have their metadata'],
  ['fe80::/10', 'a link-local address'],
  ['127.0.0.0/8', 'a loopback address'],
  ['::1/128', 'a loopback address'],
  ['0.0.0.0/8', 'not the address of a machine'],
  ['::/128', 'not the address of a machine'],
  ['224.0.0.0/4', 'a multicast address'],
  ['ff00::/8', 'a multicast address'],
  ['240.0.0.0/4', 'not the address of a machine'],
]

/** NAT64 (RFC 6052, RFC 8215), 6to4 and IPv4-compatible addresses lead to the IPv4 address they hold: where it begins, in bytes. */
const EMBEDDING: readonly (readonly [range: string, at: number])[] = [
  ['64:ff9b::/96', 12],
  ['64:ff9b:1::/48', 12],
  ['2002::/16', 2],
  ['::/96', 12],
]

interface Range {
  readonly first: readonly number[]
  readonly bits: number
}

const PARSED = SPECIAL.map(([range, what]) => ({ range: parsed(range), what }))
const PARSED_EMBEDDING = EMBEDDING.map(([range, at]) => ({ range: parsed(range), at }))

/** What the canonical address is, where nothing may be sent to it for anybody; undefined: it may be a pod's. */
export function specialAddress(ip: string): string | undefined {
  return specialBytes(ipaddr.parse(ip).toByteArray())
}

function specialBytes(bytes: readonly number[]): string | undefined {
  const own = PARSED.find(({ range }) => holds(range, bytes))?.what
  const at = own === undefined ? PARSED_EMBEDDING.find(({ range }) => holds(range, bytes))?.at : undefined
  return at === undefined ? own : specialBytes(bytes.slice(at, at + 4))
}

function parsed(range: string): Range {
  const [base, bits] = ipaddr.parseCIDR(range)
  return { first: base.toByteArray(), bits }
}

function holds({ first, bits }: Range, bytes: readonly number[]): boolean {
  return first.length === bytes.length && bytes.every((byte, i) => ((byte ^ (first[i] ?? 0)) & (0xff00 >> Math.max(0, Math.min(8, bits - 8 * i))) & 0xff) === 0)
}
