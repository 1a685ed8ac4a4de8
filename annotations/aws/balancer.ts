/** What other controllers say of the balancer and of where it sends traffic. Of two that say the same thing the one further up counts, as theirs does. */
import type { Parser, Translation } from '../define.ts'
import { labelSelector } from '../label-selector.ts'
import { anyText, keyValues, oneOf, pairsText } from '../parsers.ts'
import { itemsOf, listOf, printing, printingOf, reading } from '../translated.ts'
import { goBoolean, PREFIX } from './values.ts'

/** Kubernetes' documentation once showed `0.0.0.0/0` as the value for yes. */
const internal: Parser<boolean> = {
  allowed: goBoolean.allowed,
  values: [...(goBoolean.values ?? []), '0.0.0.0/0'],
  parse: (text) => (text.trim() === '0.0.0.0/0' ? { ok: true, value: true } : goBoolean.parse(text)),
}

/** `a=b` as labels have it; a key alone means that the label exists, as cloud-provider-aws reads it (the other refuses it). */
const nodeLabels: Parser<string> = {
  allowed: '`label=value` pairs, separated by commas',
  parse: (text) => {
    const parsed = labelSelector.parse(itemsOf(text).join(','))
    if (!parsed.ok) return parsed
    const isPairs = parsed.value.requirements.every(({ operator }) => operator === 'in' || operator === 'exists')
    return isPairs && !/[()]/.test(text) ? { ok: true, value: parsed.value.text } : { ok: false, wrong: 'holds more than pairs' }
  },
}

/** The opposite of `nodeLabels`; undefined: the selector asks for more than pairs. */
function labelsOf(selector: string): string | undefined {
  const parsed = labelSelector.parse(selector)
  if (!parsed.ok) return undefined
  const pairs = parsed.value.requirements.map(({ key, operator, values }) => {
    if (operator === 'exists') return key
    return operator === 'in' && values.length === 1 ? `${key}=${values[0]}` : undefined
  })
  return pairs.includes(undefined) ? undefined : pairs.join(',')
}

export const balancerTranslations: readonly Translation[] = [
  {
    key: `${PREFIX}type`,
    doc: 'Which controller serves the Service is a matter of its class here. `nlb-ip` sends to pods; `nlb` and `external` say nothing beyond what holds here anyway.',
    example: 'external',
    words: ['targets'],
    ...reading(oneOf('external', 'nlb-ip', 'nlb'), (type): Readonly<Record<string, string>> => (type === 'nlb-ip' ? { targets: 'pods' } : {})),
  },
  {
    key: `${PREFIX}nlb-target-type`,
    doc: '`instance`: node ports; `ip`: pods. cloud-provider-aws knows node ports alone and does not read it.',
    example: 'ip',
    words: ['targets'],
    ...reading(oneOf('instance', 'ip'), (type) => ({ targets: type === 'ip' ? 'pods' : 'nodes' })),
    print: printingOf({ pods: 'ip', nodes: 'instance' }),
  },
  {
    key: `${PREFIX}scheme`,
    doc: 'Takes precedence over `aws-load-balancer-internal`.',
    example: 'internet-facing',
    words: ['scheme'],
    ...reading(oneOf('internet-facing', 'internal'), (scheme) => ({ scheme })),
    print: printing(),
  },
  {
    key: `${PREFIX}internal`,
    doc: 'Read as aws-load-balancer-controller does: `false`, `0` and the like are internet-facing. For cloud-provider-aws everything but `false` itself is internal; what is neither word is a problem here.',
    example: 'true',
    words: ['scheme'],
    ...reading(internal, (isInternal) => ({ scheme: isInternal ? 'internal' : 'internet-facing' })),
  },
  {
    key: `${PREFIX}name`,
    doc: 'Another name means a new balancer next to the old one, with a new DNS name (aws-load-balancer-controller ignores it after creation).',
    example: 'shop',
    words: ['name'],
    ...reading(anyText('up to 32 of `A-Z`, `a-z`, `0-9` and `-`'), (name) => ({ name })),
    print: printing(),
  },
  {
    key: `${PREFIX}subnets`,
    doc: 'One in each zone; changed in place.',
    example: 'subnet-0a1b2c3d,subnet-1a2b3c4d',
    words: ['subnets'],
    ...reading(listOf(/^/, 'ids or names of subnets'), (subnets) => ({ subnets: subnets.join(',') })),
    print: printing(),
  },
  {
    key: `${PREFIX}eip-allocations`,
    doc: 'Elastic IPs of an internet-facing balancer, one for each subnet and in their order. A change is carried out (the other controllers ignore it).',
    example: 'eipalloc-0a1b2c3d,eipalloc-1a2b3c4d',
    words: ['address-names'],
    ...reading(listOf(/^eipalloc-[0-9a-f]+$/, 'ids of allocations (`eipalloc-...`)'), (ids) => ({ 'address-names': ids.join(',') })),
    print: printing(),
  },
  {
    key: `${PREFIX}source-nat-ipv6-prefixes`,
    doc: 'AWS assigns the prefixes; to choose them is not possible here.',
    example: 'auto_assigned,auto_assigned',
    words: [],
    ...reading(listOf(/^auto_assigned$/, '`auto_assigned`'), () => ({})),
  },
  {
    key: `${PREFIX}cross-zone-load-balancing-enabled`,
    doc: 'Takes precedence over `load_balancing.cross_zone.enabled` in `attributes`.',
    example: 'true',
    words: ['cross-zone'],
    ...reading(goBoolean, (isOn) => ({ 'cross-zone': String(isOn) })),
    print: printing(),
  },
  {
    key: `${PREFIX}additional-resource-tags`,
    doc: 'On everything that is made for the Service. For cloud-provider-aws a key may stand without a value; here it needs its `=`.',
    example: 'team=shop,stage=live',
    words: ['tags'],
    ...reading(keyValues, (tags) => ({ tags: pairsText(tags) })),
    print: printing(),
  },
  {
    key: `${PREFIX}security-groups`,
    doc: 'By id or by the tag `Name`. Groups of ours are not made then, and source ranges are refused.',
    example: 'sg-0a1b2c3d',
    words: ['security-groups'],
    ...reading(listOf(/^/, 'ids or names of security groups'), (groups) => ({ 'security-groups': groups.join(',') })),
    print: printing(),
  },
  {
    key: `${PREFIX}target-node-labels`,
    doc: 'All have to match. An empty value is the empty label, as aws-load-balancer-controller has it; a label alone means that it exists.',
    example: 'pool=edge',
    words: ['node-selector'],
    ...reading(nodeLabels, (selector) => ({ 'node-selector': selector })),
    print: printing(labelsOf),
  },
  {
    key: `${PREFIX}multi-cluster-target-group`,
    doc: 'A target group that several clusters fill cannot be had: what the Service does not want is taken out of it.',
    example: 'false',
    words: [],
    allowed: '`false`',
    translate: (text) => {
      const shared = goBoolean.parse(text)
      if (!shared.ok || !shared.value) return shared.ok ? { ok: true, value: {} } : shared
      return { ok: false, wrong: 'asks for target groups that several clusters fill, which is not possible: targets the Service does not want are taken out' }
    },
  },
]
