/** What the cluster's DNS answers to a question, by the cluster's objects. The specification: github.com/kubernetes/dns, docs/specification.md. */
import { describe, expect, test } from 'vitest'
import { answer } from '../../../../emulators/dns/answer.ts'
import type { DnsRecord } from '../../../../emulators/dns/record.ts'
import { recordsOf } from '../../../../emulators/dns/records.ts'
import { namespace, pod, service, slice } from './objects.ts'

const LONG_LABEL = `${'x'.repeat(64)}.example.com`

const records = recordsOf({
  namespaces: [namespace('default'), namespace('empty')],
  services: [
    service('web', { type: 'ClusterIP', clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7', 'fd00:96::7'], ports: [{ name: 'http', port: 80 }, { port: 81 }] }),
    service('udp', { type: 'LoadBalancer', clusterIP: '10.96.0.8', ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] }),
    service('pets', { type: 'ClusterIP', clusterIP: 'None', ports: [{ name: 'http', port: 80 }] }),
    service('early', { clusterIP: 'None', publishNotReadyAddresses: true }),
    service('none-ready', { clusterIP: 'None' }),
    service('hand', { clusterIP: 'None' }),
    service('inside', { type: 'ExternalName', externalName: 'web.default.svc.cluster.local.' }),
    service('outside', { type: 'ExternalName', externalName: 'www.example.com' }),
    service('lost', { type: 'ExternalName', externalName: 'no.default.svc.cluster.local' }),
    service('round', { type: 'ExternalName', externalName: 'about.default.svc.cluster.local' }),
    service('about', { type: 'ExternalName', externalName: 'round.default.svc.cluster.local' }),
    service('too-long', { type: 'ExternalName', externalName: LONG_LABEL }),
  ],
  endpointSlices: [
    slice('pets', [{ addresses: ['10.244.1.2'], hostname: 'cat' }, { addresses: ['10.244.1.3'] }, { addresses: ['10.244.1.4'], conditions: { ready: false } }]),
    slice('pets', [{ addresses: ['fd00::2'], hostname: 'cat', conditions: { ready: true } }], { addressType: 'IPv6' }),
    slice('early', [{ addresses: ['10.244.1.4'], conditions: { ready: false } }]),
    slice('none-ready', [{ addresses: ['10.244.1.4'], conditions: { ready: false } }]),
    slice('hand', [{ addresses: ['192.0.2.1'] }], { ports: null }),
    slice('hand', [{ addresses: ['names.example.com'] }], { addressType: 'FQDN' }),
    slice('web', [{ addresses: ['10.244.1.2'], hostname: 'cat' }]),
  ],
  pods: [pod(['10.244.1.2', 'fd00::2']), pod(['10.244.9.9'], { phase: 'Succeeded' }), pod(['10.244.9.8'], { deletionTimestamp: '2030-01-01T00:00:00Z' })],
})

function shown({ name, type, data }: DnsRecord): string {
  if (type === 'SRV') return `${name} SRV ${data.port} ${data.target}`
  if (type === 'SOA') return `${name} SOA`
  return `${name} ${type} ${String(data)}`
}

/** Names end in svc.cluster.local where they do not say otherwise. */
function asked(question: string, turn = 0): { readonly rcode: string; readonly answers: readonly string[] } {
  const [name = '', type = 'A'] = question.split(' ')
  const whole = /\.(arpa|local|com)\.?$/i.test(name) ? name : `${name}.svc.cluster.local`
  const { rcode, answers } = answer({ name: whole, type }, records, turn)
  return { rcode, answers: answers.map((record) => shown(record).replaceAll('.svc.cluster.local', '')) }
}

describe('a name that is there', () => {
  test.each<readonly [string, string, readonly string[]]>([
    ['a Service is its cluster IP', 'web.default', ['web.default A 10.96.0.7']],
    ['... of either family', 'web.default AAAA', ['web.default AAAA fd00:96::7']],
    ['capitals are no difference, and come back as asked', 'WEB.Default', ['WEB.Default A 10.96.0.7']],
    ['a trailing dot is no difference', 'web.default.svc.cluster.local.', ['web.default. A 10.96.0.7']],
    ['ANY is all that the name has', 'web.default ANY', ['web.default A 10.96.0.7', 'web.default AAAA fd00:96::7']],
    ['a named port of a Service', '_http._tcp.web.default SRV', ['_http._tcp.web.default SRV 80 web.default']],
    ['... over UDP', '_dns._udp.udp.default SRV', ['_dns._udp.udp.default SRV 53 udp.default']],
    ['a headless Service is its ready endpoints', 'pets.default', ['pets.default A 10.244.1.2', 'pets.default A 10.244.1.3']],
    ['... of either family', 'pets.default AAAA', ['pets.default AAAA fd00::2']],
    ['an endpoint with a hostname', 'cat.pets.default', ['cat.pets.default A 10.244.1.2']],
    ['an endpoint without one, by its address', '10-244-1-3.pets.default', ['10-244-1-3.pets.default A 10.244.1.3']],
    [
      'a named port of a headless Service, once for each endpoint, with the number of the Pod',
      '_http._tcp.pets.default SRV',
      ['_http._tcp.pets.default SRV 8080 cat.pets.default', '_http._tcp.pets.default SRV 8080 10-244-1-3.pets.default'],
    ],
    ['endpoints that are not ready, where the Service publishes them', 'early.default', ['early.default A 10.244.1.4']],
    ['endpoints made by hand', 'hand.default', ['hand.default A 192.0.2.1']],
    ['a cluster IP, in reverse', '7.0.96.10.in-addr.arpa PTR', ['7.0.96.10.in-addr.arpa PTR web.default']],
    [
      'an IPv6 cluster IP, in reverse',
      '7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.9.0.0.0.0.d.f.ip6.arpa PTR',
      ['7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.9.0.0.0.0.d.f.ip6.arpa PTR web.default'],
    ],
    ['an endpoint of a headless Service, in reverse', '2.1.244.10.in-addr.arpa PTR', ['2.1.244.10.in-addr.arpa PTR cat.pets.default']],
    ['a Pod by its address', '10-244-1-2.default.pod.cluster.local', ['10-244-1-2.default.pod.cluster.local A 10.244.1.2']],
    ['... of IPv6', 'fd00--2.default.pod.cluster.local AAAA', ['fd00--2.default.pod.cluster.local AAAA fd00::2']],
    ['the version of the schema', 'dns-version.cluster.local TXT', ['dns-version.cluster.local TXT 1.1.0']],
    ['the zone', 'cluster.local SOA', ['cluster.local SOA']],
    ['a name of the cluster that a Service leads to', 'inside.default', ['inside.default CNAME web.default', 'web.default A 10.96.0.7']],
    ['an outside name that a Service leads to, not looked up', 'outside.default', ['outside.default CNAME www.example.com']],
    ['the CNAME alone where that is asked', 'inside.default CNAME', ['inside.default CNAME web.default']],
    ['CNAMEs that lead back end', 'round.default', ['round.default CNAME about.default', 'about.default CNAME round.default']],
  ])('%s: %s', (_, question, answers) => {
    expect(asked(question)).toEqual({ rcode: 'NOERROR', answers })
  })
})

describe('nothing', () => {
  test.each([
    ['a type that the name has not', 'udp.default AAAA'],
    ['a type that is not known', 'web.default UNKNOWN_65'],
    ['a Service in a namespace, without the Service', 'default'],
    ['a namespace without Services', 'empty'],
    ['the protocols of a Service', '_tcp.web.default SRV'],
    ['what is between the zone and its names', '96.10.in-addr.arpa PTR'],
  ])('%s: %s exists without such records', (_, question) => {
    expect(asked(question)).toEqual({ rcode: 'NOERROR', answers: [] })
  })

  test.each([
    ['no such Service', 'no.default'],
    ['no such namespace', 'web.other'],
    ['a headless Service without a ready endpoint', 'none-ready.default'],
    ['an endpoint that is not ready', '10-244-1-4.pets.default'],
    ['an endpoint of a Service that has a cluster IP', 'cat.web.default'],
    ['a port without a name', '_._tcp.web.default SRV'],
    ['a port of another protocol', '_http._udp.web.default SRV'],
    ['an address of no Service', '9.9.96.10.in-addr.arpa PTR'],
    ['an address that no Pod has', '10-244-7-7.default.pod.cluster.local'],
    ['a Pod that has ended', '10-244-9-9.default.pod.cluster.local'],
    ['a Pod that terminates', '10-244-9-8.default.pod.cluster.local'],
    ['an external name that DNS cannot carry', 'too-long.default'],
  ])('%s: %s does not exist', (_, question) => {
    expect(asked(question)).toEqual({ rcode: 'NXDOMAIN', answers: [] })
  })

  test('a Service that leads to a name that is not there: its CNAME, and NXDOMAIN', () => {
    expect(asked('lost.default')).toEqual({ rcode: 'NXDOMAIN', answers: ['lost.default CNAME no.default'] })
  })

  test.each(['www.example.com', 'com', 'notcluster.local'])('%s is outside: refused', (name) => {
    expect(answer({ name, type: 'A' }, records)).toMatchObject({ rcode: 'REFUSED', answers: [], authorities: [] })
  })

  test('how long a client may remember it stands with it', () => {
    const { authorities } = answer({ name: 'no.default.svc.cluster.local', type: 'A' }, records)
    expect(authorities).toMatchObject([{ name: 'cluster.local', type: 'SOA', ttl: 5, data: { minimum: 5 } }])
    expect(answer({ name: '9.9.96.10.in-addr.arpa', type: 'PTR' }, records).authorities).toMatchObject([{ name: 'in-addr.arpa', type: 'SOA' }])
  })
})

test('the addresses of the targets come with SRV records', () => {
  const { additionals } = answer({ name: '_http._tcp.pets.default.svc.cluster.local', type: 'SRV' }, records)
  expect(additionals.map(({ type, name }) => `${type} ${name.split('.')[0]}`)).toEqual(['A cat', 'AAAA cat', 'A 10-244-1-3'])
})

test('each question finds another endpoint first', () => {
  const first = [0, 1, 2].map((turn) => asked('pets.default', turn).answers[0])
  expect(first).toEqual(['pets.default A 10.244.1.2', 'pets.default A 10.244.1.3', 'pets.default A 10.244.1.2'])
})
