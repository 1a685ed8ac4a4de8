/** Names that Google takes, that no two objects share, and that one filter finds. */
import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import * as names from '../../../providers/gcp/names.ts'

const NETWORK = 'projects/shop/global/networks/default'
const SUBNET = 'projects/shop/regions/r1/subnetworks/a'
const FORM = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/

/** All that a Stack may have, each of another identity. */
function allOf(naming: names.Naming): readonly string[] {
  const families = ['IPv4', 'IPv6'] as const
  const service = names.backendServiceName(naming, 'EXTERNAL', NETWORK)
  return [
    service,
    names.backendServiceName(naming, 'INTERNAL', NETWORK),
    names.healthCheckName(naming),
    names.endpointGroupName(naming, NETWORK, SUBNET),
    names.endpointGroupName(naming, NETWORK, `${SUBNET}b`),
    names.instanceGroupName(naming, NETWORK),
    ...families.flatMap((family) => [
      names.addressName(naming, { family, scheme: 'EXTERNAL', tier: 'PREMIUM' }),
      names.addressName(naming, { family, scheme: 'EXTERNAL', tier: 'STANDARD' }),
      names.addressName(naming, { family, scheme: 'INTERNAL', subnetwork: SUBNET }),
      names.addressName(naming, { family, scheme: 'INTERNAL', subnetwork: SUBNET, isShared: true }),
      names.forwardingRuleName(naming, { family, service, match: 'TCP 80' }),
      names.forwardingRuleName(naming, { family, service, match: 'TCP 80,443' }),
      names.forwardingRuleName(naming, { family, service, match: 'UDP 80' }),
      names.forwardingRuleName(naming, { family, service, match: 'TCP 80', address: '203.0.113.7' }),
      names.firewallName(naming, { family, network: NETWORK, purpose: 'deny' }),
      names.firewallName(naming, { family, network: NETWORK, purpose: 'probes' }),
      names.firewallName(naming, { family, network: NETWORK, purpose: { of: 'service' } }),
      names.firewallName(naming, { family, network: NETWORK, purpose: { of: '22/TCP' } }),
    ]),
  ]
}

describe('names', () => {
  const naming = names.namingOf('c1', 'service/u1', 'web')

  it('begin with the cluster, and can be read', () => {
    expect(names.healthCheckName(naming)).toMatch(/^fairlead-[0-9a-f]{8}-web-[0-9a-f]{10}-[0-9a-f]{8}$/)
  })

  it('do not depend on how an id is spelt', () => {
    const url = `https://www.googleapis.com/compute/v1/${NETWORK}`
    expect(names.backendServiceName(naming, 'EXTERNAL', url)).toBe(names.backendServiceName(naming, 'EXTERNAL', NETWORK))
  })

  test('whatever a Service is called, they are names for Google, and each has its own', () =>
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9-]{60,63}$/)), (cluster, stack, about) => {
        const all = allOf(names.namingOf(cluster, stack, about))
        expect(new Set(all).size).toBe(all.length)
        expect(all.filter((name) => !FORM.test(name))).toEqual([])
      }),
    ))

  it('are apart where all that a person reads is the same', () => {
    const long = 'a'.repeat(63)
    const [one, other] = [names.namingOf('c1', 'service/u1', long), names.namingOf('c1', 'service/u2', long)]
    expect(allOf(one).filter((name) => allOf(other).includes(name))).toEqual([])
  })

  it('say which Stack they are of', () => {
    const other = names.namingOf('c1', 'service/u2', 'web')
    const elsewhere = names.namingOf('c2', 'service/u1', 'web')
    for (const name of allOf(naming)) expect([naming, other, elsewhere].map((each) => names.isNamedBy(each, name))).toEqual([true, false, false])
    expect(names.isNamedBy(naming, 'web')).toBe(false)
  })

  it('are found by the filter of their cluster alone', () => {
    const pattern = (cluster: string) => new RegExp(`^${/"(.*)"/.exec(names.filterOf(cluster))?.[1]}$`)
    expect(allOf(naming).every((name) => pattern('c1').test(name))).toBe(true)
    expect(allOf(naming).some((name) => pattern('c2').test(name))).toBe(false)
  })
})
