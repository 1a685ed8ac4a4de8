/** `spec.trafficDistribution`: a preference, which is never refused; what a load balancer does not do of it is noted. */
import { describe, expect, test } from 'vitest'
import { Interner } from '../../../src/kubernetes/intern.ts'
import { trim } from '../../../src/kubernetes/trim.ts'
import { context, notes, problems, service, settings } from './given.ts'

const CANNOT = context({ 'zonal-affinity': 'there are no zones' })
const ZONE_AT_MOST = "it can prefer a client's zone at most (PreferSameZone)"
const alone = (value: string, because: string): string =>
  `spec.trafficDistribution: "${value}" is followed by kube-proxy alone, and not by the load balancer of the provider test: ${because}`

describe('a preference for the zone of the client', () => {
  test.each<[string, string | undefined, Parameters<typeof settings>[1], boolean | undefined, readonly string[]]>([
    ['none', undefined, context(), undefined, []],
    ['none, where it could not be had', undefined, CANNOT, undefined, []],
    ['PreferSameZone', 'PreferSameZone', context(), true, []],
    ['its older name', 'PreferClose', context(), true, []],
    ['where it cannot be had', 'PreferSameZone', CANNOT, true, [alone('PreferSameZone', 'there are no zones')]],
    ['by its older name', 'PreferClose', CANNOT, true, [alone('PreferClose', 'there are no zones')]],
    ['for the node of the client', 'PreferSameNode', context(), undefined, [alone('PreferSameNode', ZONE_AT_MOST)]],
    ['for the node, where no zone can be had either', 'PreferSameNode', CANNOT, undefined, [alone('PreferSameNode', ZONE_AT_MOST)]],
    ['a value of later years', 'PreferSameRack', context(), undefined, [alone('PreferSameRack', ZONE_AT_MOST)]],
  ])('%s', (_, value, where, zonalAffinity, noted) => {
    const given = service(value === undefined ? {} : { trafficDistribution: value })
    expect(problems(given, where)).toEqual([])
    expect([settings(given, where).zonalAffinity, notes(given, where)]).toEqual([zonalAffinity, noted])
  })
})

test('the field is kept of what a server sends', () => {
  const { metadata, spec } = service({ trafficDistribution: 'PreferSameZone' })
  expect(trim('services', { metadata, spec }, new Interner()).spec.trafficDistribution).toBe('PreferSameZone')
})
