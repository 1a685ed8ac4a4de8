/** The variables by which a container finds Services; the first table is the kubelet's own (pkg/kubelet/envvars/envvars_test.go). */
import { expect, test } from 'vitest'
import type { ApiObject } from '../../../../emulators/kubernetes/resource.ts'
import { serviceVariables } from '../../../../emulators/machines/pod/service-variables.ts'

interface Port {
  readonly name?: string
  readonly port: number
  readonly protocol?: string
}

function service(name: string, clusterIP: string, ports: readonly Port[], namespace = 'shop'): ApiObject {
  const metadata = { name, namespace, uid: name, resourceVersion: '1', creationTimestamp: '' }
  return { apiVersion: 'v1', kind: 'Service', metadata, spec: { clusterIP, ports } }
}

function lines(services: readonly ApiObject[], { namespace = 'shop', enableServiceLinks = true } = {}): readonly string[] {
  return [...serviceVariables(services, { namespace, enableServiceLinks })].map(([name, value]) => `${name}=${value}`)
}

const KUBERNETES = service('kubernetes', '10.96.0.1', [{ name: 'https', port: 443 }], 'default')

const cases: readonly [string, ApiObject, readonly string[]][] = [
  [
    'one port without a name',
    service('foo-bar', '1.2.3.4', [{ port: 8080, protocol: 'TCP' }]),
    [
      'FOO_BAR_SERVICE_HOST=1.2.3.4',
      'FOO_BAR_SERVICE_PORT=8080',
      'FOO_BAR_PORT=tcp://1.2.3.4:8080',
      'FOO_BAR_PORT_8080_TCP=tcp://1.2.3.4:8080',
      'FOO_BAR_PORT_8080_TCP_PROTO=tcp',
      'FOO_BAR_PORT_8080_TCP_PORT=8080',
      'FOO_BAR_PORT_8080_TCP_ADDR=1.2.3.4',
    ],
  ],
  [
    'two ports with names, the first by UDP: it is the one of _SERVICE_PORT and _PORT',
    service('abc-123', '5.6.7.8', [
      { name: 'u-d-p', port: 8081, protocol: 'UDP' },
      { name: 't-c-p', port: 8081, protocol: 'TCP' },
    ]),
    [
      'ABC_123_SERVICE_HOST=5.6.7.8',
      'ABC_123_SERVICE_PORT=8081',
      'ABC_123_SERVICE_PORT_U_D_P=8081',
      'ABC_123_SERVICE_PORT_T_C_P=8081',
      'ABC_123_PORT=udp://5.6.7.8:8081',
      'ABC_123_PORT_8081_UDP=udp://5.6.7.8:8081',
      'ABC_123_PORT_8081_UDP_PROTO=udp',
      'ABC_123_PORT_8081_UDP_PORT=8081',
      'ABC_123_PORT_8081_UDP_ADDR=5.6.7.8',
      'ABC_123_PORT_8081_TCP=tcp://5.6.7.8:8081',
      'ABC_123_PORT_8081_TCP_PROTO=tcp',
      'ABC_123_PORT_8081_TCP_PORT=8081',
      'ABC_123_PORT_8081_TCP_ADDR=5.6.7.8',
    ],
  ],
  [
    'an IPv6 cluster IP, in brackets where a port follows',
    service('six', 'fd00:96::7', [{ port: 80 }]),
    [
      'SIX_SERVICE_HOST=fd00:96::7',
      'SIX_SERVICE_PORT=80',
      'SIX_PORT=tcp://[fd00:96::7]:80',
      'SIX_PORT_80_TCP=tcp://[fd00:96::7]:80',
      'SIX_PORT_80_TCP_PROTO=tcp',
      'SIX_PORT_80_TCP_PORT=80',
      'SIX_PORT_80_TCP_ADDR=fd00:96::7',
    ],
  ],
  ['a headless Service', service('none', 'None', [{ port: 8082 }]), []],
  ['a Service without a cluster IP, as one of type ExternalName', service('empty', '', [{ port: 8082 }]), []],
  ['a Service of another namespace', service('far', '1.2.3.4', [{ port: 80 }], 'other'), []],
]

test.each(cases)('%s', (_, one, expected) => {
  expect(lines([one])).toEqual(expected)
})

test("the API server's own Service is in every namespace, also without service links, which leave out the others", () => {
  const services = [KUBERNETES, service('web', '10.96.0.9', [{ port: 80 }])]
  const names = (options: Parameters<typeof lines>[1]): readonly string[] => lines(services, options).filter((line) => line.includes('_SERVICE_HOST'))
  expect(names({})).toEqual(['KUBERNETES_SERVICE_HOST=10.96.0.1', 'WEB_SERVICE_HOST=10.96.0.9'])
  expect(names({ enableServiceLinks: false })).toEqual(['KUBERNETES_SERVICE_HOST=10.96.0.1'])
  expect(names({ namespace: 'default' })).toEqual(['KUBERNETES_SERVICE_HOST=10.96.0.1'])
})

test('a Service named kubernetes in the namespace of the pod takes the place of the other', () => {
  const own = service('kubernetes', '10.96.0.50', [{ port: 80 }])
  expect(lines([own, KUBERNETES])[0]).toBe('KUBERNETES_SERVICE_HOST=10.96.0.50')
  expect(lines([own, KUBERNETES], { enableServiceLinks: false })[0]).toBe('KUBERNETES_SERVICE_HOST=10.96.0.1')
})
