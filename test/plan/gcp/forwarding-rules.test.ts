/** Which forwarding rules there are for which ports: exactly these ports, or all of them knowingly. */
import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { type Match, matchKey, matchOf, type Port, rulesBeside, type RulesRequest, wantedRules } from '../../../providers/gcp/plan/wanted/forwarding-rules.ts'

/** `80 443 53/UDP`. */
function portsIn(text: string): readonly Port[] {
  return text.split(' ').map((each) => {
    const [port, protocol = 'TCP'] = each.split('/')
    return { port: Number(port), protocol: protocol as Port['protocol'] }
  })
}

const external = (text: string, mostRules = 10): RulesRequest => ({ scheme: 'internet-facing', ports: portsIn(text), mostRules })
const internal = (text: string, mostRules = 10): RulesRequest => ({ ...external(text, mostRules), scheme: 'internal' })
const textsOf = (matches: readonly Match[]): readonly string[] => matches.map(matchKey)

describe('wanted rules', () => {
  const cases: readonly (readonly [string, RulesRequest, rules: readonly Match[], backend: string, isFirewallTheFilter?: boolean])[] = [
    ['one port', external('80'), [{ IPProtocol: 'TCP', ports: ['80'] }], 'TCP'],
    ['UDP alone', external('53/UDP'), [{ IPProtocol: 'UDP', ports: ['53'] }], 'UDP'],
    ['five, with gaps', external('443 80 9000 22 8080'), [{ IPProtocol: 'TCP', ports: ['22', '80', '443', '8080', '9000'] }], 'TCP'],
    [
      'a sixth is in a second rule, and no range is opened',
      external('1 3 5 7 9 11'),
      [
        { IPProtocol: 'TCP', ports: ['1', '3', '5', '7', '9'] },
        { IPProtocol: 'TCP', ports: ['11'] },
      ],
      'TCP',
    ],
    ['five that follow each other are listed', external('1 2 3 4 5'), [{ IPProtocol: 'TCP', ports: ['1', '2', '3', '4', '5'] }], 'TCP'],
    [
      'six that do are a range, which is exact',
      external('80 8001 8002 8003 8004 8005 8006'),
      [
        { IPProtocol: 'TCP', portRange: '8001-8006' },
        { IPProtocol: 'TCP', ports: ['80'] },
      ],
      'TCP',
    ],
    [
      'an internal one takes no range',
      internal('1 2 3 4 5 6'),
      [
        { IPProtocol: 'TCP', ports: ['1', '2', '3', '4', '5'] },
        { IPProtocol: 'TCP', ports: ['6'] },
      ],
      'TCP',
    ],
    [
      'two protocols on one number',
      external('53 53/UDP'),
      [
        { IPProtocol: 'TCP', ports: ['53'] },
        { IPProtocol: 'UDP', ports: ['53'] },
      ],
      'UNSPECIFIED',
    ],
    ['one rule must do, for six ports', internal('1 3 5 7 9 11', 1), [{ IPProtocol: 'TCP', allPorts: true }], 'TCP', true],
    ['one rule must do, for two protocols', internal('53 53/UDP', 1), [{ IPProtocol: 'L3_DEFAULT', allPorts: true }], 'UNSPECIFIED', true],
    ['one rule must do, and does', internal('1 3 5 7 9', 1), [{ IPProtocol: 'TCP', ports: ['1', '3', '5', '7', '9'] }], 'TCP'],
    ['UDP on too many ports', internal('1/UDP 3/UDP 5/UDP 7/UDP 9/UDP 11/UDP', 1), [{ IPProtocol: 'UDP', allPorts: true }], 'UDP', true],
  ]
  test.each(cases.map(([name, request, matches, backendProtocol, isFilter]) => ({ name, request, matches, backendProtocol, isFilter })))(
    '$name',
    ({ request, matches, backendProtocol, isFilter = false }) =>
      expect(wantedRules(request)).toEqual({ matches, backendProtocol, isFirewallTheFilter: isFilter }),
  )

  it('are the same in whatever order the ports are', () => {
    expect(wantedRules(external('80 443 22'))).toEqual(wantedRules(external('22 80 443')))
  })
})

describe('rules beside those that are there', () => {
  const found = (text: string): readonly Match[] => wantedRules(external(text)).matches

  it('leave the old one alone where a port is added', () => {
    expect(textsOf(rulesBeside(found('80 443'), external('80 443 22')).matches)).toEqual(['TCP 80,443', 'TCP 22'])
  })

  it('keep one that has a port which is gone: replacing it would interrupt the others, and the firewall closes that port', () => {
    const { matches, isFirewallTheFilter } = rulesBeside(found('80 443'), external('443'))
    expect([textsOf(matches), isFirewallTheFilter]).toEqual([['TCP 80,443'], true])
  })

  it('replace one that has a port which another Service gets', () => {
    expect(textsOf(rulesBeside(found('80 443'), { ...external('443'), freed: new Set(['80/TCP']) }).matches)).toEqual(['TCP 443'])
  })

  it('keep those of one protocol while the other changes', () => {
    const { matches, backendProtocol } = rulesBeside(found('53 53/UDP'), external('53 54/UDP'))
    expect([textsOf(matches), backendProtocol]).toEqual([['TCP 53', 'UDP 54'], 'UNSPECIFIED'])
  })

  it('do not keep one of which no port is asked for', () => {
    expect(textsOf(rulesBeside(found('80'), external('81')).matches)).toEqual(['TCP 81'])
  })

  it('keep one for all ports, which is narrowed by the firewall', () => {
    const all: Match = { IPProtocol: 'TCP', allPorts: true }
    expect(rulesBeside([all], internal('80', 1))).toMatchObject({ matches: [all], isFirewallTheFilter: true })
  })

  it('keep a range of one', () => {
    const range: Match = { IPProtocol: 'TCP', portRange: '80-80' }
    expect(rulesBeside([range], external('80')).matches).toEqual([range])
  })

  it('are all made anew where they would be too many', () => {
    expect(textsOf(rulesBeside([{ IPProtocol: 'TCP', ports: ['80'] }], external('80 443', 1)).matches)).toEqual(['TCP 80,443'])
  })

  it('let the firewall be the filter where nothing else does', () => {
    expect(rulesBeside([{ IPProtocol: 'TCP', ports: ['53'] }], internal('53 53/UDP', 1))).toMatchObject({
      matches: [{ IPProtocol: 'L3_DEFAULT', allPorts: true }],
      isFirewallTheFilter: true,
    })
  })
})

describe('a rule as Google answers it', () => {
  test.each([
    [{ IPProtocol: 'TCP', portRange: '80-80' }, 'TCP 80'],
    [{ IPProtocol: 'TCP', ports: ['443', '80'] }, 'TCP 80,443'],
    [{ IPProtocol: 'UDP', portRange: '1-3', ports: [] }, 'UDP 1-3'],
    [{ IPProtocol: 'L3_DEFAULT', allPorts: true, ports: [] }, 'L3_DEFAULT all'],
  ] as const)('is compared by what it takes: %o', (document, key) => {
    const match = matchOf(document)
    expect(match && matchKey(match)).toBe(key)
  })

  it('without a protocol is none of ours', () => expect(matchOf({})).toBeUndefined())
})

const port = fc.record({ port: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 65_535 })), protocol: fc.constantFrom('TCP', 'UDP') })
const ports = fc.uniqueArray(port, { minLength: 1, maxLength: 40, selector: (each) => `${each.port}/${each.protocol}` })
const scheme = fc.constantFrom('internal', 'internet-facing')

/** Every port that a rule forwards, and how often. */
function forwarded(matches: readonly Match[]): readonly string[] {
  return matches.flatMap(({ IPProtocol, ports: listed = [], portRange }) => {
    const [from = 1, to = from] = portRange === undefined ? [1, 0] : portRange.split('-').map(Number)
    const all = [...listed, ...Array.from({ length: to - from + 1 }, (_, index) => String(from + index))]
    return all.map((each) => `${each}/${IPProtocol}`)
  })
}

const keysOf = (all: readonly Port[]) => all.map((each) => `${each.port}/${each.protocol}`).toSorted()

test('whatever the ports are, each is forwarded once and no other is, by rules that Google takes', () =>
  fc.assert(
    fc.property(ports, scheme, (wanted, of) => {
      const { matches } = wantedRules({ scheme: of, ports: wanted, mostRules: Infinity })
      expect(forwarded(matches).toSorted()).toEqual(keysOf(wanted))
      for (const { ports: listed, portRange } of matches) {
        expect([listed, portRange].filter((each) => each !== undefined)).toHaveLength(1)
        expect(listed?.length ?? 1).toBeLessThanOrEqual(5)
        expect(of === 'internal' && portRange !== undefined).toBe(false)
      }
    }),
  ))

test('whatever was there before, too', () =>
  fc.assert(
    fc.property(ports, ports, scheme, fc.constantFrom(1, 10, 100), (before, after, of, mostRules) => {
      const found = wantedRules({ scheme: of, ports: before, mostRules }).matches
      const { matches, isFirewallTheFilter } = rulesBeside(found, { scheme: of, ports: after, mostRules })
      expect(matches.length).toBeLessThanOrEqual(mostRules)
      const all = forwarded(matches)
      expect(new Set(all).size).toBe(all.length)
      expect(isFirewallTheFilter || all.toSorted().join(' ') === keysOf(after).join(' ')).toBe(true)
      for (const key of keysOf(after)) expect(all.includes(key) || matches.some(({ allPorts }) => allPorts === true)).toBe(true)
    }),
  ))
