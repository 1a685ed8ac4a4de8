/** What cloud-provider-azure's annotations say of the scheme and of addresses. */
import { type Family, familyOf, parseAddress } from '../../src/model/address.ts'
import type { Parsed, ServiceContext, Translation } from '../define.ts'
import { anyText, keyValues, pairsText } from '../parsers.ts'
import { itemsOf, printing, printingOf, reading } from '../translated.ts'
import { azureBoolean, PREFIX, together } from './values.ts'

type Said = Parsed<Readonly<Record<string, string>>>

const IPV4 = `${PREFIX}load-balancer-ipv4`
const IPV6 = `${PREFIX}load-balancer-ipv6`
const NAME = `${PREFIX}pip-name`
const NAME_IPV6 = `${PREFIX}pip-name-ipv6`

/** Both annotations say one thing, so each translates both; an address that is wrong is the problem of its own annotation. */
function address(key: string, family: Family): Translation {
  return {
    key,
    doc: `The ${family} address. Internet-facing: of a public address that exists. Internal: a free one of the subnet. Takes precedence over \`spec.loadBalancerIP\`.`,
    example: family === 'IPv4' ? '203.0.113.7' : '2001:db8::7',
    allowed: `an ${family} address`,
    words: ['addresses'],
    translate: (text, { annotations }): Said => {
      const parsed = parseAddress(text.trim())
      if (parsed === undefined || familyOf(parsed) !== family) return { ok: false, wrong: `is not an ${family} address` }
      return { ok: true, value: { addresses: together(annotations[IPV4], annotations[IPV6]) } }
    },
    print: printing((addresses) => itemsOf(addresses).find((one) => familyOf(parseAddress(one) ?? '') === family)),
  }
}

/** `place`: which of the names, where there are two. */
function addressName(key: string, place: 0 | 1, doc: string): Translation {
  return {
    key,
    doc,
    example: 'shop-address',
    allowed: 'the name of a public address',
    words: ['address-names'],
    translate: (text, { annotations }: ServiceContext): Said =>
      /^[\w.-]{1,80}$/.test(text.trim())
        ? { ok: true, value: { 'address-names': together(annotations[NAME], annotations[NAME_IPV6]) } }
        : { ok: false, wrong: 'is not such a name' },
    print: printing((names) => itemsOf(names)[place]),
  }
}

export const addressTranslations: readonly Translation[] = [
  {
    key: `${PREFIX}load-balancer-internal`,
    doc: 'Read the same wherever it counts. For cloud-provider-azure `True` is a public load balancer with the firewall rules of an internal one.',
    example: 'true',
    words: ['scheme'],
    ...reading(azureBoolean, (isInternal) => ({ scheme: isInternal ? 'internal' : 'internet-facing' })),
    print: printingOf({ internal: 'true', 'internet-facing': 'false' }),
  },
  {
    key: `${PREFIX}load-balancer-internal-subnet`,
    doc: 'The subnet of an internal load balancer, by its name or id. Without it, the subnet of the settings.',
    example: 'internal-services',
    words: ['subnets'],
    ...reading(anyText('the name or id of a subnet'), (subnet) => ({ subnets: subnet })),
    print: printing(),
  },
  address(IPV4, 'IPv4'),
  address(IPV6, 'IPv6'),
  addressName(NAME, 0, 'The public address, by its name. It may be shared with another Service that names it.'),
  addressName(NAME_IPV6, 1, 'The public IPv6 address, by its name.'),
  {
    key: `${PREFIX}pip-tags`,
    doc: 'Tags of the public address that is made for the Service. A pair without `=` is a problem (cloud-provider-azure drops it).',
    example: 'team=shop,stage=live',
    words: ['tags'],
    ...reading(keyValues, (tags) => ({ tags: pairsText(tags) })),
    print: printing(),
  },
  {
    key: `${PREFIX}dns-label-name`,
    doc: 'The label of the public address in the DNS zone of the region. An empty value, like none, is no label.',
    example: 'shop',
    words: ['dns-label'],
    allowed: 'a DNS label of 3 to 63 of `a-z`, `0-9` and `-`, or nothing',
    translate: (text): Said => {
      const label = text.trim()
      if (label === '') return { ok: true, value: {} }
      return /^[a-z][a-z0-9-]{1,61}[a-z0-9]$/.test(label) ? { ok: true, value: { 'dns-label': label } } : { ok: false, wrong: 'is not such a label' }
    },
    print: printing(),
  },
]
