/** Names as DNS carries them: ASCII, compared without case, with no trailing dot here. */
import ipaddr from 'ipaddr.js'

export const CLUSTER_DOMAIN = 'cluster.local'

const LABEL_LIMIT = 63
/** 255 octets on the wire (RFC 1035, 2.3.4): one for each label's length, and the root. */
const NAME_LIMIT = 253

/** As names are looked up. */
export function canonical(name: string): string {
  return name.replace(/\.$/, '').toLowerCase()
}

/** Whether DNS can carry it. Kubernetes allows labels of an `externalName` that it cannot. */
export function isName(name: string): boolean {
  return name.length <= NAME_LIMIT && name.split('.').every((label) => label !== '' && label.length <= LABEL_LIMIT && /^[!-~]+$/.test(label))
}

/** `web.default.svc.cluster.local` and `default.svc.cluster.local` of `a.web.default...`, and so on up to the last label. */
export function ancestorsOf(name: string): readonly string[] {
  const labels = name.split('.')
  return labels.slice(1).map((_, i) => labels.slice(i + 1).join('.'))
}

/** `4.3.2.1.in-addr.arpa` of 1.2.3.4, nibbles under `ip6.arpa` of an IPv6 address; undefined: it is not an address. */
export function reverseName(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return undefined
  const parsed = ipaddr.parse(address)
  const bytes = parsed.toByteArray()
  if (parsed.kind() === 'ipv4') return `${bytes.toReversed().join('.')}.in-addr.arpa`
  const nibbles = bytes.flatMap((byte) => [byte >> 4, byte & 15]).map((nibble) => nibble.toString(16))
  return `${nibbles.toReversed().join('.')}.ip6.arpa`
}

/** An address as one label, `10-244-1-2`: the name of an endpoint without a hostname, and of a Pod. */
export function dashed(address: string): string {
  return address.replaceAll(/[.:]/g, '-')
}
