/** The resolv.conf of a Pod, by its dnsPolicy and dnsConfig. */
import { expect, test } from 'vitest'
import { resolvConf } from '../../../../emulators/dns/resolv-conf.ts'

const DNS = { ip: '127.0.0.1', port: 5300 }
const lines = (spec: object, namespace = 'shop'): readonly string[] => resolvConf({ metadata: { namespace }, spec }, DNS).split('\n').slice(0, -1)
const OF_CLUSTER = [
  'search shop.svc.cluster.local svc.cluster.local cluster.local',
  'nameserver 127.0.0.1',
  'options ndots:5',
  '# 127.0.0.1 answers on port 5300',
]

test('ClusterFirst, the default: names of its namespace, of Services, of the cluster', () => {
  expect(lines({})).toEqual(OF_CLUSTER)
  expect(lines({ dnsPolicy: 'ClusterFirst' })).toEqual(OF_CLUSTER)
})

test("on the node's network only ClusterFirstWithHostNet is the cluster's", () => {
  expect(lines({ hostNetwork: true })).toEqual([])
  expect(lines({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' })).toEqual(OF_CLUSTER)
})

test('dnsConfig adds name servers, search domains and options, and overrides an option', () => {
  const options = [{ name: 'ndots', value: '2' }, { name: 'edns0' }]
  const dnsConfig = { nameservers: ['192.0.2.1', '127.0.0.1'], searches: ['example.com', 'cluster.local'], options }
  expect(lines({ dnsConfig })).toEqual([
    'search shop.svc.cluster.local svc.cluster.local cluster.local example.com',
    'nameserver 127.0.0.1',
    'nameserver 192.0.2.1',
    'options ndots:2 edns0',
    '# 127.0.0.1 answers on port 5300',
  ])
})

test('None: dnsConfig alone', () => {
  expect(lines({ dnsPolicy: 'None', dnsConfig: { nameservers: ['192.0.2.1'] } })).toEqual(['nameserver 192.0.2.1'])
})

test('no more than three name servers and 32 search domains', () => {
  const many = (count: number, of: (i: number) => string): readonly string[] => Array.from({ length: count }, (_, i) => of(i))
  const dnsConfig = { nameservers: many(5, (i) => `192.0.2.${i}`), searches: many(40, (i) => `d${i}.example.com`) }
  const found = lines({ dnsConfig })
  expect(found.filter((line) => line.startsWith('nameserver'))).toHaveLength(3)
  expect(found[0]?.split(' ')).toHaveLength(1 + 32)
})
