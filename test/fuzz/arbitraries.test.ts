/** The arbitraries reach what they promise: a fuzzed property is worth no more than its inputs. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nodes } from './arbitraries/nodes.ts'
import { service } from './arbitraries/services.ts'
import { slices } from './arbitraries/slices.ts'

const SEED = { seed: 1, numRuns: 2_000 }

describe('arbitrary EndpointSlices hold', () => {
  const all = fc.sample(slices(), SEED).flat()
  const ports = new Set(all.flatMap((slice) => (slice.ports ?? []).map(({ port }) => port)))
  const addresses = new Set(all.flatMap((slice) => (slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses)))
  test.each([0, -1, 70_000, 80, null, undefined])('port %s', (port) => expect(ports.has(port as number)).toBe(true))
  test.each(['fd00:ec2::254', '169.254.169.254', '127.0.0.1', 'metadata.google.internal'])('address %s', (ip) => expect(addresses.has(ip)).toBe(true))
  test('each address type, no ports, no endpoints, and a thousand endpoints', () => {
    expect(new Set(all.map(({ addressType }) => addressType))).toEqual(new Set(['IPv4', 'IPv6', 'FQDN']))
    expect(all.some((slice) => slice.ports === null)).toBe(true)
    expect(all.some((slice) => slice.endpoints === null)).toBe(true)
    expect(all.some((slice) => slice.endpoints?.length === 1_000)).toBe(true)
  })
  test('every combination of conditions, nulls among them', () => {
    const reported = all.flatMap((slice) => (slice.endpoints ?? []).map(({ conditions }) => JSON.stringify(conditions ?? null)))
    expect(new Set(reported).size).toBeGreaterThan(30)
  })
})

describe('arbitrary Services have', () => {
  const all = fc.sample(service(), SEED)
  const protocols = new Set(all.flatMap(({ spec }) => spec.ports?.map(({ protocol }) => protocol)))
  test.each(['TCP', 'UDP', 'SCTP'] as const)('ports of %s', (protocol) => expect(protocols.has(protocol)).toBe(true))
  test('ports that are not distinguished by number and protocol never', () => {
    for (const { spec } of all) {
      const keys = (spec.ports ?? []).map(({ port, protocol }) => `${port}/${protocol}`)
      expect(new Set(keys).size).toBe(keys.length)
    }
  })
  test('one and two families, and none that is written down', () => {
    expect(new Set(all.map(({ spec }) => spec.ipFamilies?.length))).toEqual(new Set([undefined, 1, 2]))
  })
})

test('arbitrary nodes are sorted by name, with and without addresses', () => {
  const all = fc.sample(nodes, SEED)
  for (const some of all) expect(some.map(({ metadata }) => metadata.name)).toEqual(some.map(({ metadata }) => metadata.name).toSorted())
  expect(all.flat().some(({ status }) => status === undefined)).toBe(true)
  expect(all.some((some) => some.length === 0)).toBe(true)
})
