/** Who is let in: by each family and list of ranges one rule, exact ports, and nobody of a family that is not named. */
import { describe, expect, it, test } from 'vitest'
import { admittingProbes, allowing, denying, type OpeningsRequest, openingsFor, type OpenPort } from '../../../providers/gcp/plan/wanted/firewall.ts'

const port = (number: number, protocol: OpenPort['protocol'] = 'TCP', sourceRanges?: readonly string[]): OpenPort => ({
  port: number,
  protocol,
  key: `${number}/${protocol}`,
  ...(sourceRanges === undefined ? {} : { sourceRanges }),
})

const BOTH = ['IPv4', 'IPv6'] as const

describe('openings', () => {
  const cases: readonly (readonly [string, OpeningsRequest, expected: readonly string[]])[] = [
    ['everybody of both families', { ports: [port(80)], families: BOTH }, ['IPv4 service tcp:80 < 0.0.0.0/0', 'IPv6 service tcp:80 < ::/0']],
    ['a family that no range names is closed', { ports: [port(80)], families: BOTH, sourceRanges: ['192.0.2.0/24'] }, ['IPv4 service tcp:80 < 192.0.2.0/24']],
    ['so it is the other way round', { ports: [port(80)], families: BOTH, sourceRanges: ['2001:db8::/32'] }, ['IPv6 service tcp:80 < 2001:db8::/32']],
    ['ranges of a family that the Service does not have open nothing', { ports: [port(80)], families: ['IPv4'], sourceRanges: ['2001:db8::/32'] }, []],
    ['no range lets nobody in', { ports: [port(80)], families: BOTH, sourceRanges: [] }, []],
    [
      'ranges of both',
      { ports: [port(80)], families: BOTH, sourceRanges: ['198.51.100.0/24', '2001:db8::/32', '192.0.2.0/24'] },
      ['IPv4 service tcp:80 < 192.0.2.0/24,198.51.100.0/24', 'IPv6 service tcp:80 < 2001:db8::/32'],
    ],
    [
      'ports are exact, those that follow each other as a range',
      { ports: [port(443), port(81), port(80), port(82), port(53, 'UDP')], families: ['IPv4'] },
      ['IPv4 service tcp:80-82,443 udp:53 < 0.0.0.0/0'],
    ],
    [
      'a port with ranges of its own has only those',
      { ports: [port(80), port(22, 'TCP', ['192.0.2.0/24'])], families: ['IPv4'] },
      ['IPv4 service tcp:80 < 0.0.0.0/0', 'IPv4 22/TCP tcp:22 < 192.0.2.0/24'],
    ],
    ['and is closed in the other family', { ports: [port(22, 'TCP', ['192.0.2.0/24'])], families: BOTH }, ['IPv4 22/TCP tcp:22 < 192.0.2.0/24']],
    ['a port that nobody may reach', { ports: [port(22, 'TCP', []), port(80)], families: ['IPv4'] }, ['IPv4 service tcp:80 < 0.0.0.0/0']],
    [
      'ports of the same ranges are in one rule',
      { ports: [port(22, 'TCP', ['192.0.2.0/24', '10.0.0.0/8']), port(23, 'TCP', ['10.0.0.0/8', '192.0.2.0/24'])], families: ['IPv4'] },
      ['IPv4 22/TCP 23/TCP tcp:22-23 < 10.0.0.0/8,192.0.2.0/24'],
    ],
  ]
  test.each(cases)('%s', (_, request, expected) => {
    const texts = openingsFor(request).map(
      ({ family, of, allowed, sourceRanges }) =>
        `${family} ${of} ${allowed.map(({ IPProtocol, ports = [] }) => `${IPProtocol}:${ports.join(',')}`).join(' ')} < ${sourceRanges.join(',')}`,
    )
    expect(texts).toEqual(expected)
  })
})

describe('rules', () => {
  const place = { network: 'projects/net/global/networks/shared', addresses: ['203.0.113.7'], targets: { targetTags: ['nodes'] } }
  const [opening] = openingsFor({ ports: [port(80)], families: ['IPv4'] })

  it('let in at the address alone', () => {
    expect(opening && allowing(opening, place)).toEqual({
      network: place.network,
      direction: 'INGRESS',
      priority: 999,
      allowed: [{ IPProtocol: 'tcp', ports: ['80'] }],
      sourceRanges: ['0.0.0.0/0'],
      destinationRanges: ['203.0.113.7/32'],
      targetTags: ['nodes'],
    })
  })

  it('let in at both addresses while one is replaced', () => {
    const both = { ...place, addresses: ['203.0.113.9', '203.0.113.7'] }
    expect(opening && allowing(opening, both).destinationRanges).toEqual(['203.0.113.7/32', '203.0.113.9/32'])
  })

  it('deny the rest at the address, after what lets in', () => {
    const denial = denying('IPv6', { ...place, addresses: ['2001:db8::7'], targets: {} })
    expect(denial).toEqual({
      network: place.network,
      direction: 'INGRESS',
      priority: 1000,
      denied: [{ IPProtocol: 'all' }],
      sourceRanges: ['::/0'],
      destinationRanges: ['2001:db8::7/128'],
    })
    const later = denial.priority ?? 0
    expect([opening && allowing(opening, place).priority, probes(['internal'], 'IPv6').priority].every((each) => (each ?? later) < later)).toBe(true)
  })

  const probes = (schemes: Parameters<typeof admittingProbes>[0]['schemes'], family: 'IPv4' | 'IPv6') =>
    admittingProbes({ network: place.network, targets: {}, family, schemes, port: 10_256 })

  test.each([
    [['internal'], 'IPv4', ['130.211.0.0/22', '35.191.0.0/16']],
    [['internet-facing'], 'IPv4', ['209.85.152.0/22', '209.85.204.0/22', '35.191.0.0/16']],
    [['internal', 'internet-facing'], 'IPv4', ['130.211.0.0/22', '209.85.152.0/22', '209.85.204.0/22', '35.191.0.0/16']],
    [['internal', 'internet-facing'], 'IPv6', ['2600:1901:8001::/48', '2600:2d00:1:b029::/64']],
  ] as const)('let in probes of %o over %s', (schemes, family, sourceRanges) => {
    expect(probes(schemes, family)).toMatchObject({ sourceRanges, allowed: [{ IPProtocol: 'tcp', ports: ['10256'] }] })
    expect(probes(schemes, family)).not.toHaveProperty('destinationRanges')
  })
})
