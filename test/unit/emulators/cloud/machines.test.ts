/** What runs on instances, found by what a cloud knows of them. */
import { expect, test } from 'vitest'
import { indexOf, type Machines } from '../../../../emulators/cloud/machines.ts'

const node = { name: 'node-1', providerId: 'gce://project/zone-a/vm-1', addresses: ['10.0.0.1'] }
const to = [{ ip: '10.244.1.7', port: 8080 }]
const NONE: Machines = { pods: [], nodePorts: [], health: [] }

test.each([
  ['by the name in its provider id', { id: 'vm-1', privateIp: '192.0.2.1' }, true],
  ['by its address', { id: 'vm-of-another-name', privateIp: '10.0.0.1' }, true],
  ['another instance has nothing open', { id: 'vm-2', privateIp: '10.0.0.2' }, false],
])('a published address is found on an instance %s', (_, instance, isOpen) => {
  const index = indexOf({ ...NONE, published: [{ node, address: '2001:DB8:0::7', port: 80, protocol: 'TCP', to }] })
  expect(index.publishedPort(instance, { address: '2001:db8::7', port: 80, protocol: 'TCP' })?.to).toEqual(isOpen ? to : undefined)
})

test('it is open for its own port and protocol alone', () => {
  const index = indexOf({ ...NONE, published: [{ node, address: '203.0.113.7', port: 80, protocol: 'TCP', to }] })
  const at = (port: number, protocol: 'TCP' | 'UDP', address = '203.0.113.7') =>
    index.publishedPort({ id: 'vm-1', privateIp: '10.0.0.1' }, { address, port, protocol }) !== undefined
  expect([at(80, 'TCP'), at(81, 'TCP'), at(80, 'UDP'), at(80, 'TCP', '203.0.113.8')]).toEqual([true, false, false, false])
})

test('without published addresses none is open', () => {
  expect(indexOf(NONE).publishedPort({ id: 'vm-1', privateIp: '10.0.0.1' }, { address: '203.0.113.7', port: 80, protocol: 'TCP' })).toBeUndefined()
})
