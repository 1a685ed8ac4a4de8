/** The environment of a container: where each variable comes from, and which takes precedence. */
import { describe, expect, test } from 'vitest'
import type { ApiObject } from '../../../../emulators/kubernetes/resource.ts'
import { type Container, environmentOf } from '../../../../emulators/machines/pod/environment.ts'
import { expanded } from '../../../../emulators/machines/pod/expansion.ts'

const meta = (name: string, namespace: string) => ({ name, namespace, uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: '' })
const web: ApiObject = { apiVersion: 'v1', kind: 'Service', metadata: meta('web', 'shop'), spec: { clusterIP: '10.96.0.9', ports: [{ port: 80 }] } }
const DATA = { configmaps: { settings: { COLOUR: 'green', SIZE: '4' } }, secrets: { password: { TOKEN: 's3cret' } } } as const

function environment(container: Omit<Container, 'name'>, spec: object = {}): ReturnType<typeof environmentOf> {
  const metadata = { ...meta('client', 'shop'), labels: { app: 'web' }, annotations: { 'example.com/a': 'b' } }
  return environmentOf({
    pod: { apiVersion: 'v1', kind: 'Pod', metadata, spec: { nodeName: 'node-1', serviceAccountName: 'default', ...spec } },
    container: { name: 'c', ...container },
    hostname: 'client',
    podIps: ['10.244.1.2'],
    hostIps: ['172.18.0.2'],
    services: [web],
    dataOf(kind, name) {
      const found = (DATA[kind] as Readonly<Record<string, Readonly<Record<string, string>>>>)[name]
      return found === undefined ? undefined : new Map(Object.entries(found))
    },
  })
}

const field = (fieldPath: string) => ({ env: [{ name: 'X', valueFrom: { fieldRef: { fieldPath } } }] })

describe('a variable', () => {
  test.each<[string, Omit<Container, 'name'>, string, string | undefined]>([
    ['of the runtime', {}, 'HOSTNAME', 'client'],
    ['of the runtime, for commands', {}, 'PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    ['of a Service', {}, 'WEB_SERVICE_HOST', '10.96.0.9'],
    ['of env overrides that of a Service', { env: [{ name: 'WEB_SERVICE_HOST', value: 'mine' }] }, 'WEB_SERVICE_HOST', 'mine'],
    ['without a value is empty', { env: [{ name: 'X' }] }, 'X', ''],
    ['holds one of a Service', { env: [{ name: 'X', value: 'http://$(WEB_SERVICE_HOST):$(WEB_SERVICE_PORT)/' }] }, 'X', 'http://10.96.0.9:80/'],
    [
      'holds one above it, which overrides that of a Service',
      {
        env: [
          { name: 'WEB_PORT', value: '1' },
          { name: 'X', value: '$(WEB_PORT)' },
        ],
      },
      'X',
      '1',
    ],
    [
      'does not hold one below it',
      {
        env: [
          { name: 'X', value: '$(LATER)' },
          { name: 'LATER', value: '1' },
        ],
      },
      'X',
      '$(LATER)',
    ],
    ['of a ConfigMap', { env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'settings', key: 'COLOUR' } } }] }, 'X', 'green'],
    ['of a Secret', { env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'password', key: 'TOKEN' } } }] }, 'X', 's3cret'],
    ['of a whole ConfigMap', { envFrom: [{ prefix: 'MY_', configMapRef: { name: 'settings' } }] }, 'MY_SIZE', '4'],
    ['of a whole Secret is overridden by env', { envFrom: [{ secretRef: { name: 'password' } }], env: [{ name: 'TOKEN', value: 'x' }] }, 'TOKEN', 'x'],
    [
      'of an optional ConfigMap that is not there',
      { env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'no', key: 'k', optional: true } } }] },
      'X',
      undefined,
    ],
    ['metadata.name', field('metadata.name'), 'X', 'client'],
    ['metadata.namespace', field('metadata.namespace'), 'X', 'shop'],
    ['a label', field("metadata.labels['app']"), 'X', 'web'],
    ['an annotation', field("metadata.annotations['example.com/a']"), 'X', 'b'],
    ['a label that is not there', field("metadata.labels['no']"), 'X', ''],
    ['status.podIP', field('status.podIP'), 'X', '10.244.1.2'],
    ['status.hostIP', field('status.hostIP'), 'X', '172.18.0.2'],
    ['spec.nodeName', field('spec.nodeName'), 'X', 'node-1'],
  ])('%s', (_, container, name, value) => {
    const { variables, leftOut } = environment(container)
    expect(variables.get(name)).toBe(value)
    expect(leftOut).toEqual([])
  })

  test.each<[string, Omit<Container, 'name'>, string]>([
    ['of a ConfigMap that is not there', { env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'no', key: 'k' } } }] }, 'X: there was no ConfigMap no'],
    [
      'of a key that is not there',
      { env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'password', key: 'k' } } }] },
      'X: the Secret password had no key k',
    ],
    ['of a whole Secret that is not there', { envFrom: [{ secretRef: { name: 'no' } }] }, 'envFrom: there was no Secret no'],
    ['of an unknown field', field('status.phase'), 'X: the playground does not know the field status.phase'],
    ['of a field that every object has in JavaScript', field('constructor'), 'X: the playground does not know the field constructor'],
    ['of another source', { env: [{ name: 'X', valueFrom: {} }] }, 'X: the playground knows valueFrom with fieldRef, configMapKeyRef and secretKeyRef'],
    ['that is too long', { env: [{ name: 'X', value: 'x'.repeat(131_073) }] }, 'X: its value is longer than 131072 characters'],
  ])('%s is left out, with the reason', (_, container, reason) => {
    const { variables, leftOut } = environment(container)
    expect(leftOut).toEqual([reason])
    expect(variables.has('X')).toBe(false)
  })

  test('is of no Service without service links', () => {
    expect([...environment({}, { enableServiceLinks: false }).variables.keys()]).toEqual(['PATH', 'HOSTNAME'])
  })

  test('that doubles the one above it stays within bounds', () => {
    const env = Array.from({ length: 40 }, (_, i) => ({ name: `V${i}`, value: i === 0 ? 'x' : `$(V${i - 1})$(V${i - 1})` }))
    const { variables, leftOut } = environment({ env })
    expect([...variables.values()].reduce((sum, { length }) => sum + length, 0)).toBeLessThan(1_100_000)
    expect(leftOut[0]).toBe('V18: its value is longer than 131072 characters')
  })
})

describe('an expansion, as the kubelet does it', () => {
  const valueOf = (name: string): string | undefined =>
    new Map([
      ['VAR', 'value'],
      ['EMPTY', ''],
    ]).get(name)
  test.each([
    ['$(VAR)', 'value'],
    ['a-$(VAR)-$(VAR)-b', 'a-value-value-b'],
    ['$(EMPTY)', ''],
    ['$(NO)', '$(NO)'],
    ['$$(VAR)', '$(VAR)'],
    ['$$$(VAR)', '$value'],
    ['$VAR', '$VAR'],
    ['$(VAR', '$(VAR'],
    ['$($(VAR))', '$($(VAR))'],
    ['price: $5 $', 'price: $5 $'],
  ])('%s is %s', (text, expected) => {
    expect(expanded(text, valueOf, 100)).toBe(expected)
  })

  test('stops at what is too long', () => {
    expect(expanded('$(VAR)$(VAR)', valueOf, 10)).toBe('valuevalue')
    expect(expanded('$(VAR)$(VAR)', valueOf, 9)).toBeUndefined()
    expect(expanded('0123456789', valueOf, 9)).toBeUndefined()
  })
})
