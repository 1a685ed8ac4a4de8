/** Public addresses and prefixes. */
import { describe, expect, test } from 'vitest'
import { REALISTIC } from '../../../../emulators/azure/index.ts'
import { type Given, address, given, outcome, propertiesOf, rules } from './given.ts'

const put = (g: Given, changed = {}, name = 'a') => g.put(`publicIPAddresses/${name}`, address(changed))

describe('a public address', () => {
  test('is filled in', async () => {
    const g = await given()
    const { body } = await put(g)
    expect(propertiesOf(body)).toMatchObject({
      publicIPAddressVersion: 'IPv4',
      idleTimeoutInMinutes: 4,
      ipTags: [],
      ddosSettings: { protectionMode: 'VirtualNetworkInherited' },
    })
    expect(body['sku']).toEqual({ name: 'Standard', tier: 'Regional' })
  })

  test('keeps its address', async () => {
    const g = await given()
    const { body } = await put(g)
    expect(propertiesOf((await put(g, { idleTimeoutInMinutes: 10 })).body)['ipAddress']).toBe(propertiesOf(body)['ipAddress'])
  })

  test('of version 6 has one of version 6', async () => {
    const g = await given()
    expect(propertiesOf((await put(g, { publicIPAddressVersion: 'IPv6' })).body)['ipAddress']).toMatch(/^2001:db8:/)
  })

  test('has a name as soon as it has a label', async () => {
    const g = await given()
    expect(propertiesOf((await put(g, { dnsSettings: { domainNameLabel: 'shop' } })).body)['dnsSettings']).toEqual({
      domainNameLabel: 'shop',
      fqdn: 'shop.westeurope.cloudapp.azure.com',
    })
  })

  test('comes from the prefix that it names', async () => {
    const g = await given()
    const { ipPrefix } = propertiesOf(await g.get('publicIPPrefixes/reserved')) as { readonly ipPrefix: string }
    const { body } = await put(g, { publicIPPrefix: { id: g.azure.cloud.ids.prefixes[0] } })
    expect(propertiesOf(body)['ipAddress']).toBe(ipPrefix.split('/')[0])
    expect(propertiesOf(await g.get('publicIPPrefixes/reserved'))['publicIPAddresses']).toEqual([{ id: `${g.base}/publicIPAddresses/a` }])
  })

  test('changes its tags by themselves', async () => {
    const g = await given()
    const { body } = await g.send('PATCH', 'publicIPAddresses/reserved-1', { tags: { owner: 'shop/web' } })
    expect(body['tags']).toEqual({ owner: 'shop/web' })
    expect(propertiesOf(body)['ipAddress']).toBe(g.azure.cloud.addressOf(g.azure.cloud.ids.addresses[0]!))
  })
})

rules('public addresses', [
  ['a Standard one with a dynamic address', (g) => put(g, { publicIPAllocationMethod: 'Dynamic' }), 'StandardSkuPublicIPAddressMustBeStatic'],
  ['an idle timeout of 31 minutes', (g) => put(g, { idleTimeoutInMinutes: 31 }), 'PublicIPIdleTimeoutIsOutOfRange'],
  ['a label in upper case', (g) => put(g, { dnsSettings: { domainNameLabel: 'Shop' } }), 'InvalidDomainNameLabel'],
  [
    'a label that is taken',
    async (g) => [await put(g, { dnsSettings: { domainNameLabel: 'shop' } }), await put(g, { dnsSettings: { domainNameLabel: 'shop' } }, 'b')][1]!,
    'DnsRecordInUse',
  ],
  ['another version than before', async (g) => [await put(g), await put(g, { publicIPAddressVersion: 'IPv6' })][1]!, 'PublicIPAddressVersionCannotBeChanged'],
  [
    'another prefix than before',
    async (g) => [await put(g), await put(g, { publicIPPrefix: { id: g.azure.cloud.ids.prefixes[0] } })][1]!,
    'PublicIPPrefixOfPublicIPAddressCannotBeChanged',
  ],
  ['a prefix that is not there', (g) => put(g, { publicIPPrefix: { id: `${g.base}/publicIPPrefixes/none` } }), 'NotFound'],
  [
    '51 tags',
    (g) => g.put('publicIPAddresses/a', { ...address(), tags: Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`t${at}`, ''])) }),
    'TooManyTags',
  ],
  ['a tag of 257 characters', (g) => g.put('publicIPAddresses/a', { ...address(), tags: { t: 'x'.repeat(257) } }), 'InvalidTagValueLength'],
  [
    'deleting a prefix that is in use',
    async (g) => {
      await put(g, { publicIPPrefix: { id: g.azure.cloud.ids.prefixes[0] } })
      return g.send('DELETE', 'publicIPPrefixes/reserved')
    },
    'PublicIPPrefixInUse',
  ],
])

test('a subscription has as many addresses as its quota allows', async () => {
  const g = await given({ quotas: { publicAddresses: 3 } })
  expect((await put(g)).status).toBe(201)
  expect(outcome(await put(g, {}, 'b'))).toBe('IPv4StandardSkuPublicIpCountLimitReached')
  expect((await put(g, { publicIPAddressVersion: 'IPv6' }, 'six')).status).toBe(201)
  await g.send('DELETE', 'publicIPAddresses/a')
  expect((await put(g, {}, 'b')).status).toBe(201)
})

test('a new address can be unknown for a moment, and missing from lists for longer', async () => {
  const g = await given({ delays: { propagation: 1_000, listing: 3_000, address: REALISTIC.address } })
  expect((await put(g)).status).toBe(201)
  const names = async (): Promise<readonly unknown[]> =>
    ((await g.get('publicIPAddresses'))['value'] as readonly { readonly name: string }[]).map(({ name }) => name)
  expect(outcome(await g.send('GET', 'publicIPAddresses/a'))).toBe('ResourceNotFound')
  g.azure.advance(1_000)
  expect([(await g.send('GET', 'publicIPAddresses/a')).status, await names()]).toEqual([200, ['reserved-1', 'reserved-2']])
  g.azure.advance(2_000)
  expect(await names()).toEqual(['a', 'reserved-1', 'reserved-2'])
})
