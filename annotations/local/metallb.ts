/**
 * What MetalLB's annotations say in the neutral vocabulary. Its older prefix means the same, and the newer one takes precedence. Source: metallb/metallb,
 * controller/service.go, and its page on usage.
 */
import type { Origin, Translation } from '../define.ts'
import { addresses, anyText } from '../parsers.ts'
import { reading } from '../translated.ts'

const PREFIXES = ['metallb.io/', 'metallb.universe.tf/'] as const

/** `spec.loadBalancerClass` is what its flag `--lb-class` says. */
export const origins: readonly Origin[] = [{ name: 'metallb', classes: {} }]

/** The newer prefix first: of two that say one thing the first counts. */
export const translations: readonly Translation[] = PREFIXES.flatMap((prefix) =>
  under(prefix, prefix === PREFIXES[0] ? '' : `The older name of \`${PREFIXES[0]}`),
)

function under(prefix: string, older: string): readonly Translation[] {
  const doc = (name: string, text: string): string => (older === '' ? text : `${older}${name}\`.`)
  return [
    {
      key: `${prefix}address-pool`,
      doc: doc('address-pool', 'The pool of `--address-pool` with this name. An `IPAddressPool` of MetalLB is not read.'),
      example: 'lan',
      words: ['address-pool'],
      ...reading(anyText('the name of a pool'), (pool) => ({ 'address-pool': pool })),
    },
    {
      key: `${prefix}loadBalancerIPs`,
      doc: doc('loadBalancerIPs', 'One address of each family. Takes precedence over `spec.loadBalancerIP` (for MetalLB both together are an error).'),
      example: '192.0.2.7,2001:db8::7',
      words: ['addresses'],
      ...reading(addresses, (all) => ({ addresses: all.join(',') })),
    },
    {
      key: `${prefix}allow-shared-ip`,
      doc: doc(
        'allow-shared-ip',
        'Services of one namespace with the same key share one address (for MetalLB they may, in all namespaces). Another namespace only where the operator lists the key.',
      ),
      example: 'edge',
      words: ['share'],
      ...reading(anyText('up to 63 of `a-z`, `0-9`, `-` and `.`, first and last a letter or digit'), (key) => ({ share: key })),
    },
    {
      key: `${prefix}ip-allocated-from-pool`,
      doc: doc('ip-allocated-from-pool', 'MetalLB writes it; it asks for nothing.'),
      example: 'lan',
      words: [],
      allowed: 'any text',
      translate: () => ({ ok: true, value: {} }),
    },
  ]
}
