/** Security rules of a shared group: what each Service opens, which rules that makes, and that nobody else's rule is touched. */
import { describe, expect, it, test } from 'vitest'
import type { Child, SecurityRule } from '../../../providers/azure/api/documents.ts'
import { type Opening, openingsOf } from '../../../providers/azure/plan/firewall/openings.ts'
import { openingsIn, usageOf, withOpenings } from '../../../providers/azure/plan/firewall/rules.ts'
import { openingsWanted, type Wanted } from '../../../providers/azure/plan/firewall/wanted.ts'
import type { Listener } from '../../../src/model/load-balancer.ts'

type Rule = Child<SecurityRule>

const MARK = 'fairlead-c1'

const web: Opening = { access: 'Allow', protocol: 'Tcp', sources: ['Internet'], ports: ['80'] }
const office: Opening = { access: 'Allow', protocol: 'Tcp', sources: ['192.0.2.0/24', '198.51.100.0/24'], ports: ['443', '80'] }
const nobody: Opening = { access: 'Deny', protocol: 'Tcp', sources: ['*'], ports: ['80'] }

/** As Azure answers: the form that was not written is there as well. */
function answered(rules: readonly Rule[]): readonly Rule[] {
  return rules.map((rule) => ({
    ...rule,
    id: `/x/${rule.name}`,
    etag: 'W/"1"',
    properties: {
      sourceAddressPrefixes: [],
      destinationAddressPrefixes: [],
      sourcePortRanges: [],
      destinationPortRanges: [],
      ...rule.properties,
      provisioningState: 'Succeeded',
    },
  }))
}

function person(name: string, priority: number, more: SecurityRule = {}): Rule {
  return {
    name,
    properties: { protocol: 'Tcp', access: 'Allow', direction: 'Inbound', priority, sourceAddressPrefix: '*', destinationAddressPrefix: '*', ...more },
  }
}

const shown = (rules: readonly Rule[]): readonly string[] =>
  rules.map(
    ({
      name = '',
      properties: { access, priority, sourceAddressPrefix, sourceAddressPrefixes, destinationAddressPrefix, destinationAddressPrefixes } = {},
    }) => {
      const who = name.startsWith(MARK) ? 'ours' : name
      return `${who} ${priority} ${access} ${sourceAddressPrefix ?? sourceAddressPrefixes?.join()} -> ${destinationAddressPrefix ?? destinationAddressPrefixes?.join()}`
    },
  )

describe('the rules of a group', () => {
  it('are one for all addresses that open the same', () => {
    const rules = withOpenings(
      [],
      new Map([
        ['203.0.113.1', [web]],
        ['203.0.113.2', [web]],
        ['203.0.113.3', [office]],
      ]),
      MARK,
    )
    expect(shown(rules)).toEqual(['ours 500 Allow Internet -> 203.0.113.1,203.0.113.2', 'ours 501 Allow 192.0.2.0/24,198.51.100.0/24 -> 203.0.113.3'])
  })

  it('are read back as what they open', () => {
    const openings = new Map([
      ['203.0.113.1', [web, nobody]],
      ['2001:db8::1', [{ ...web, sources: ['2001:db8::/32'] }]],
    ])
    expect(openingsIn(answered(withOpenings([], openings, MARK)), MARK)).toEqual(openings)
  })

  it('are the same objects where nothing changes, as Azure answers them', () => {
    const openings = new Map([
      ['203.0.113.1', [web, nobody]],
      ['203.0.113.2', [office]],
    ])
    const rules = answered(withOpenings([person('ssh', 300)], openings, MARK))
    const again = withOpenings(rules, openings, MARK)
    expect(again.every((rule, index) => rule === rules[index])).toBe(true)
    expect(again).toHaveLength(rules.length)
  })

  it('of people stay, with members that no type names, and their numbers are not taken', () => {
    const people = [
      person('low', 500),
      person('mid', 502),
      { ...person('deny', 4095, { access: 'Deny' }), somethingNew: 1 },
      person('out', 501, { direction: 'Outbound' }),
    ]
    const rules = withOpenings(people, new Map([['203.0.113.1', [web, office, nobody]]]), MARK)
    expect(rules.slice(0, 4)).toEqual(people)
    expect(
      rules
        .slice(4)
        .map(({ properties }) => properties?.priority)
        .toSorted((a = 0, b = 0) => a - b),
    ).toEqual([501, 503, 4094])
  })

  it('lose an address that nobody opens, and go with their last one', () => {
    const both = answered(
      withOpenings(
        [],
        new Map([
          ['203.0.113.1', [web]],
          ['203.0.113.2', [web]],
        ]),
        MARK,
      ),
    )
    const one = withOpenings(both, new Map([['203.0.113.2', [web]]]), MARK)
    expect(shown(one)).toEqual(['ours 500 Allow Internet -> 203.0.113.2'])
    expect(one[0], 'all else stays').toMatchObject({ id: both[0]?.id, properties: { sourcePortRanges: [], priority: 500 } })
    expect(withOpenings(one, new Map(), MARK)).toEqual([])
  })

  const damages: readonly (readonly [string, SecurityRule])[] = [
    ['opened to more sources', { sourceAddressPrefix: '*' }],
    ['opened for more ports', { destinationPortRange: '*' }],
    ['turned into a denial', { access: 'Deny' }],
    ['turned outwards', { direction: 'Outbound' }],
    ['given a number of people', { priority: 100 }],
    ['closed for source ports', { sourcePortRange: '1024' }],
    ['sent elsewhere', { destinationAddressPrefix: '10.0.0.1' }],
  ]
  test.each(damages)('that somebody has %s are corrected', (_, change) => {
    const openings = new Map([['203.0.113.1', [web]]])
    const right = withOpenings([], openings, MARK)
    const damaged = answered(right).map((rule) => ({ ...rule, properties: { ...rule.properties, ...change } }))
    expect(openingsOf(withOpenings(damaged, openings, MARK))).toEqual(openings)
    expect(shown(withOpenings(damaged, openings, MARK))).toEqual(shown(right))
  })

  it('of another cluster in the same group are people’s', () => {
    const theirs = withOpenings([], new Map([['203.0.113.9', [web]]]), 'fairlead-c2')
    const both = withOpenings(theirs, new Map([['203.0.113.1', [web]]]), MARK)
    expect(withOpenings(both, new Map(), MARK)).toEqual(theirs)
  })

  it('have an end of numbers', () => {
    const full = Array.from({ length: 3_596 }, (_, index) => person(`p${index}`, 500 + index))
    expect(() => withOpenings(full, new Map([['203.0.113.1', [web]]]), MARK)).toThrow(/no free priority/)
  })

  it('use up limits by their lists', () => {
    expect(
      usageOf(
        withOpenings(
          [],
          new Map([
            ['203.0.113.1', [office]],
            ['203.0.113.2', [office]],
          ]),
          MARK,
        ),
      ),
    ).toEqual({ rules: 1, sources: 2, destinations: 2 })
  })
})

describe('what a Service opens', () => {
  const listener = (port: number, protocol: 'TCP' | 'UDP' = 'TCP', sourceRanges?: readonly string[]): Listener => ({
    key: `${port}/${protocol}`,
    port,
    protocol,
    name: '',
    proxyProtocol: 'off',
    backendProtocol: 'tcp',
    healthCheck: { protocol: 'tcp', port: 'traffic', from: 'traffic port' },
    ...(sourceRanges === undefined ? {} : { sourceRanges }),
  })
  const RANGES = ['192.0.2.0/24', '2001:db8::/32']
  const opens = (settings: Partial<Wanted['settings']>, options: Wanted['options'] = {}, family: 'IPv4' | 'IPv6' = 'IPv4'): readonly string[] =>
    openingsWanted({ settings: { scheme: 'internet-facing', listeners: [listener(80)], ...settings }, options }, family).map(
      ({ access, protocol, sources, ports }) => `${access} ${protocol} ${sources.join()} ${ports.join()}`,
    )
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['public: the Internet', opens({}), ['Allow Tcp Internet 80']],
    ['internal: nothing, the network is allowed anyway', opens({ scheme: 'internal' }), []],
    ['ranges: those alone', opens({ sourceRanges: RANGES }), ['Allow Tcp 192.0.2.0/24 80']],
    ['ranges, at an IPv6 address: those of IPv6', opens({ sourceRanges: RANGES }, {}, 'IPv6'), ['Allow Tcp 2001:db8::/32 80']],
    ['ranges of the other family: nobody', opens({ sourceRanges: ['2001:db8::/32'] }), []],
    ['no range at all: nobody', opens({ sourceRanges: [] }), []],
    [
      'internal with ranges: the rest of the network is denied',
      opens({ scheme: 'internal', sourceRanges: RANGES }),
      ['Allow Tcp 192.0.2.0/24 80', 'Deny Tcp * 80'],
    ],
    ['internal with ranges of the other family: all of it is denied', opens({ scheme: 'internal', sourceRanges: ['2001:db8::/32'] }), ['Deny Tcp * 80']],
    ['ranges and a denial of the rest', opens({ sourceRanges: RANGES }, { denyOthers: true }), ['Allow Tcp 192.0.2.0/24 80', 'Deny Tcp * 80']],
    ['a denial of the rest without ranges', opens({}, { denyOthers: true }), ['Allow Tcp Internet 80']],
    ['tags: those, and not the Internet', opens({}, { serviceTags: ['AzureCloud', 'Storage'] }), ['Allow Tcp AzureCloud 80', 'Allow Tcp Storage 80']],
    ['tags and ranges', opens({ sourceRanges: RANGES }, { serviceTags: ['AzureCloud'] }), ['Allow Tcp 192.0.2.0/24 80', 'Allow Tcp AzureCloud 80']],
    ['several ports', opens({ listeners: [listener(80), listener(443), listener(53, 'UDP')] }), ['Allow Tcp Internet 443,80', 'Allow Udp Internet 53']],
    [
      "a port's own ranges",
      opens({ listeners: [listener(80), listener(443, 'TCP', ['192.0.2.0/24'])] }),
      ['Allow Tcp Internet 80', 'Allow Tcp 192.0.2.0/24 443'],
    ],
    [
      "a port's own ranges, internal: only that port is denied to others",
      opens({ scheme: 'internal', listeners: [listener(80), listener(443, 'TCP', ['192.0.2.0/24'])] }),
      ['Allow Tcp 192.0.2.0/24 443', 'Deny Tcp * 443'],
    ],
    ['no rules at all, where people make them', opens({ sourceRanges: RANGES }, { noSecurityRules: true, denyOthers: true }), []],
  ]
  test.each(cases)('%s', (_, found, expected) => {
    expect(found).toEqual(expected)
  })
})
