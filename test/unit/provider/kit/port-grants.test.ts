import { describe, expect, test } from 'vitest'
import { type Asking, grantPorts, keptPlaces, type PortRules } from '../../../../src/provider/kit/port-grants.ts'
import { owner } from '../../../contract/wish.ts'

const [web, dns, mail] = [owner('web'), owner('dns'), owner('mail')]

/** Each port is one place. */
const byPort: PortRules<Asking<string>, string> = { placesOf: (port) => [port], heldBy: ({ name }) => `held by ${name}` }

describe('what is found taken', () => {
  const found = [
    { place: '80/TCP', owner: web },
    { place: '53/UDP', owner: dns },
    { place: '25/TCP', owner: mail },
  ]

  test('stays with an owner that still asks for it', () => {
    expect([...keptPlaces(found, () => new Set(['80/TCP', '25/TCP'])).keys()]).toEqual(['80/TCP', '25/TCP'])
  })

  test('is free when its owner asks for other ports, or leaves', () => {
    const asked = new Map([
      [web.uid, new Set(['443/TCP'])],
      [dns.uid, new Set<string>()],
    ])
    expect([...keptPlaces(found, (uid) => asked.get(uid))]).toEqual([['25/TCP', mail]])
  })

  test('stays with an owner that nothing new is asked for', () => {
    expect(keptPlaces(found, () => undefined).size).toBe(3)
  })
})

describe('a port', () => {
  test('is granted where it is free, and to the Service that has it', () => {
    const granted = grantPorts([{ owner: web, ports: ['80/TCP', '443/TCP'] }], new Map([['80/TCP', web]]), byPort)
    expect(granted.get(web.uid)).toEqual({ ports: ['80/TCP', '443/TCP'], denied: [] })
  })

  test('stays with the Service that has it, whoever asks first; the other ports are granted', () => {
    const granted = grantPorts([{ owner: web, ports: ['80/TCP', '443/TCP'] }], new Map([['80/TCP', mail]]), byPort)
    expect(granted.get(web.uid)).toEqual({ ports: ['443/TCP'], denied: [{ port: '80/TCP', because: 'held by mail' }] })
  })

  test('that several newly ask for goes to the first of them', () => {
    const asking = [dns, web].map((one) => ({ owner: one, ports: ['80/TCP'] }))
    const granted = grantPorts(asking, new Map(), byPort)
    expect(granted.get(dns.uid)?.ports).toEqual(['80/TCP'])
    expect(granted.get(web.uid)?.denied).toEqual([{ port: '80/TCP', because: 'held by dns' }])
  })

  test('of which one place is held is denied in all, and takes none', () => {
    const atBoth: PortRules<Asking<string>, string> = { ...byPort, placesOf: (port) => [`10.0.0.1 ${port}`, `10.0.0.2 ${port}`] }
    const asking = [
      { owner: web, ports: ['80/TCP'] },
      { owner: dns, ports: ['80/TCP'] },
    ]
    const granted = grantPorts(asking, new Map([['10.0.0.2 80/TCP', mail]]), atBoth)
    expect([...granted.values()].flatMap(({ denied }) => denied.map(({ because }) => because))).toEqual(['held by mail', 'held by mail'])
  })

  test('without a place is in the way of no other Service', () => {
    const asking = [web, dns].map((one) => ({ owner: one, ports: ['1/SCTP'] }))
    const granted = grantPorts(asking, new Map(), { ...byPort, placesOf: () => [], otherwise: () => 'SCTP is not supported' })
    expect([...granted.values()].map(({ denied }) => denied)).toEqual(Array.from({ length: 2 }, () => [{ port: '1/SCTP', because: 'SCTP is not supported' }]))
  })

  test('beyond a limit is denied, not one that is had already', () => {
    const limited: PortRules<Asking<string>, string> = { ...byPort, otherwise: (_, __, { isNew, taken }) => (isNew && taken >= 2 ? 'too many' : undefined) }
    const granted = grantPorts([{ owner: web, ports: ['1/TCP', '2/TCP', '3/TCP'] }], new Map([['3/TCP', web]]), limited)
    expect(granted.get(web.uid)).toEqual({ ports: ['1/TCP', '3/TCP'], denied: [{ port: '2/TCP', because: 'too many' }] })
  })

  test('is decided on without a change of what was known before', () => {
    const kept = new Map([['80/TCP', web]])
    grantPorts([{ owner: dns, ports: ['53/UDP'] }], kept, byPort)
    expect([...kept.keys()]).toEqual(['80/TCP'])
  })
})
