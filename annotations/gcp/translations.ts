/** What the annotations of ingress-gce and cloud-provider-gcp say in the neutral vocabulary. */
import type { Parsed, Parser, Translation } from '../define.ts'
import { boolean } from '../parsers.ts'
import { printing, printingOf, reading } from '../translated.ts'
import { addressNames, CLOUD, GKE, only, subnetName } from './values.ts'

/** Both controllers read every word but `Internal`, and a typo in it too, as a public load balancer. */
const type: Parser<'internal' | 'internet-facing'> = {
  allowed: '`Internal` or `External`, in any case',
  parse: (text): Parsed<'internal' | 'internet-facing'> => {
    const word = text.trim().toLowerCase()
    if (word === 'internal') return { ok: true, value: 'internal' }
    return word === 'external' ? { ok: true, value: 'internet-facing' } : { ok: false, wrong: 'is neither' }
  },
}

function scheme(key: string, doc: string): Translation {
  return { key, doc, example: 'Internal', words: ['scheme'], ...reading(type, (value) => ({ scheme: value })) }
}

function subnet(key: string, doc: string): Translation {
  return { key, doc, example: 'internal-services', words: ['subnets'], ...reading(subnetName, (name) => ({ subnets: name })) }
}

/** Of two that say one thing the first counts, as it does for ingress-gce. */
export const translations: readonly Translation[] = [
  {
    ...scheme(`${GKE}load-balancer-type`, 'A word that is not one of these is a problem (for ingress-gce it is a public load balancer).'),
    print: printingOf({ internal: 'Internal', 'internet-facing': 'External' }),
  },
  scheme(`${CLOUD}load-balancer-type`, `The older name of \`${GKE}load-balancer-type\`.`),
  {
    ...subnet(
      `${GKE}load-balancer-subnet`,
      'The subnet of the address: of an internal load balancer, and of an IPv6 one. Another subnet means another address.',
    ),
    print: printing(),
  },
  subnet(`${GKE}internal-load-balancer-subnet`, `The older name of \`${GKE}load-balancer-subnet\`, for internal load balancers alone.`),
  {
    key: `${GKE}internal-load-balancer-allow-global-access`,
    doc: 'Whether clients of other regions reach an internal load balancer.',
    example: 'true',
    words: ['global-access'],
    ...reading(boolean, (isGlobal) => ({ 'global-access': String(isGlobal) })),
    print: printing(),
  },
  {
    key: `${GKE}load-balancer-ip-addresses`,
    doc: 'Reserved addresses. One that does not exist is a problem (ingress-gce takes another address). Takes precedence over `spec.loadBalancerIP`.',
    example: 'shop-address,shop-address-v6',
    words: ['address-names'],
    ...reading(addressNames, (names) => ({ 'address-names': names.join(',') })),
    print: printing(),
  },
  {
    key: `${GKE}weighted-load-balancing`,
    doc: 'A node gets traffic by the number of its pods. Needs `externalTrafficPolicy: Local`; without it, it is a problem (ingress-gce leaves it out).',
    example: 'pods-per-node',
    words: ['weighted'],
    ...reading(only('pods-per-node'), () => ({ weighted: 'true' })),
    print: printing((weighted) => (weighted === 'true' ? 'pods-per-node' : undefined)),
  },
  {
    key: `${CLOUD}l4-rbs`,
    doc: 'A load balancer with a backend service, as they all are here.',
    example: 'enabled',
    words: [],
    ...reading(only('enabled'), () => ({})),
  },
]
