import { describe, expect, test } from 'vitest'
import type { Place } from '../../../../src/model/status.ts'
import { isClosed, onlyWants, partiesOf, roleOf, stays, withoutWants } from '../../../../src/provider/kit/parties.ts'
import type { Intent } from '../../../../src/provider/provider.ts'
import { backends, owner, wish } from '../../../contract/wish.ts'

const [web, dns, mail, old] = [owner('web'), owner('dns'), owner('mail'), owner('old')]
const desired = (...listeners: readonly `${number}/${'TCP' | 'UDP'}`[]) => ({ ...wish({ listeners }), options: {} })

function want(of: typeof web, more: { readonly createdAt?: string; readonly published?: readonly Place[] } = {}): Intent<unknown> {
  return { owner: of, want: desired('80/TCP'), published: [], ...more }
}

const parties = partiesOf([want(web), { owner: dns, follow: backends({}) }, { owner: old, gone: true }], [])

describe('an owner', () => {
  test.each([
    ['wants', web, false],
    ['follows', dns, true],
    ['leaves', old, false],
    ['unmentioned', mail, true],
  ] as const)('that %s', (role, of, isAsFound) => {
    expect(roleOf(parties, of.uid)).toBe(role)
    expect(stays(parties, of.uid)).toBe(isAsFound)
  })

  test('whose configuration is refused follows, within what it asks for', () => {
    const without = withoutWants(parties, new Set([web.uid]))
    expect(roleOf(without, web.uid)).toBe('follows')
    expect(without.follows.get(web.uid)).toMatchObject({ within: { settings: { listeners: [{ key: '80/TCP' }] } } })
  })

  test('that is not among those whose configurations are carried out follows, too', () => {
    const both = partiesOf([want(web), want(mail)], [])
    expect(onlyWants(both, [{ owner: mail }]).wants.map((one) => one.owner)).toEqual([mail])
    expect(roleOf(onlyWants(both, [{ owner: mail }]), web.uid)).toBe('follows')
  })
})

describe('those that want something', () => {
  test('come in the order of their age, and before all of them those that hold something', () => {
    const intents = [want(web, { createdAt: '3' }), want(dns, { createdAt: '2' }), want(mail, { createdAt: '1' })]
    expect(partiesOf(intents, [web]).wants.map((one) => one.owner.name)).toEqual(['web', 'mail', 'dns'])
  })

  test('of one age come in the order of their uids', () => {
    expect(partiesOf([want(web), want(dns)], []).wants.map((one) => one.owner.name)).toEqual(['dns', 'web'])
  })

  test('may be known by the places that they publish', () => {
    expect([...partiesOf([want(web, { published: [{ ip: '192.0.2.7', ipMode: 'VIP' }] })], []).known]).toEqual(['192.0.2.7'])
  })
})

describe('a part', () => {
  const within = partiesOf([{ owner: web, follow: backends({}), within: desired('80/TCP', '53/UDP') }], [])

  test('is closed where its owner follows and asks for none of its listeners', () => {
    expect(isClosed(within, web.uid, ['443/TCP'])).toBe(true)
    expect(isClosed(within, web.uid, ['53/TCP', '53/UDP'])).toBe(false)
  })

  test('is not closed where nothing is known of what its owner asks for', () => {
    expect(isClosed(parties, dns.uid, ['443/TCP'])).toBe(false)
    expect(isClosed(parties, mail.uid, ['443/TCP'])).toBe(false)
  })
})
