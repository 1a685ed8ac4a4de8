import { describe, expect, test } from 'vitest'
import { type PictureFacts, pictureOf } from '../../../src/dashboard/picture.ts'
import type { Backends } from '../../../src/model/load-balancer.ts'
import type { TargetState } from '../../../src/provider/provider.ts'

const BACKENDS: Backends = {
  nodes: { nodes: [{ name: 'node-a', addresses: ['10.0.0.1'], providerId: 'aws:///eu-west-1a/i-0abc', zone: 'eu-west-1a' }] },
  ports: {
    '80/TCP': {
      nodePort: 30080,
      endpoints: [
        { ip: '10.244.1.7', port: 8080, node: 'node-a' },
        { ip: 'fd00::7', port: 8080, zone: 'eu-west-1b' },
      ],
    },
  },
}

const FACTS: PictureFacts = { addresses: ['192.0.2.7'], ports: ['80/TCP'], refusedPorts: [], backends: BACKENDS, targets: undefined, parts: [] }

const target = (more: Partial<TargetState> = {}): TargetState => ({
  owner: 'u',
  listener: '80/TCP',
  target: 'i-0abc:30080',
  state: 'healthy',
  because: '',
  ...more,
})

describe('the picture', () => {
  test('has the backends that the cluster knows where the health checks were not asked, in the zone of their node', () => {
    const { healthFrom, isServed, listeners } = pictureOf(FACTS)
    expect([healthFrom, isServed]).toEqual(['cluster', true])
    expect(listeners[0]).toMatchObject({
      key: '80/TCP',
      error: null,
      counts: { ready: 2 },
      backends: [
        { name: '10.244.1.7:8080', node: 'node-a', zone: 'eu-west-1a', health: 'ready' },
        { name: '[fd00::7]:8080', node: null, zone: 'eu-west-1b', health: 'ready' },
      ],
    })
  })

  test.each([
    ['i-0abc:30080', 'node-a', 'eu-west-1a'],
    ['node-a:30080', 'node-a', 'eu-west-1a'],
    ['10.0.0.1:30080', 'node-a', 'eu-west-1a'],
    ['10.244.1.7:8080', 'node-a', 'eu-west-1a'],
    ['[fd00::7]:8080', null, 'eu-west-1b'],
    ['i-0def:30080', null, null],
  ])('finds where the target %s is', (name, node, zone) => {
    expect(pictureOf({ ...FACTS, targets: [target({ target: name })] }).listeners[0]?.backends[0]).toMatchObject({ name, node, zone, health: 'healthy' })
  })

  test('shows unhealthy targets first, with the reason, and those of each listener alone', () => {
    const targets = [
      target(),
      target({ target: 'i-0def:30080', state: 'unhealthy', because: 'Health checks failed' }),
      target({ listener: '443/TCP', target: 'i-0abc:30443' }),
    ]
    const { healthFrom, listeners } = pictureOf({ ...FACTS, ports: ['80/TCP', '443/TCP'], targets })
    expect(healthFrom).toBe('health checks')
    expect(listeners.map(({ backends }) => backends.map(({ name, health, because }) => `${name} ${health} ${because}`.trim()))).toEqual([
      ['i-0def:30080 unhealthy Health checks failed', 'i-0abc:30080 healthy'],
      ['i-0abc:30443 healthy'],
    ])
  })

  test('says of a Service that was released that it is not served, not that it lacks backends', () => {
    expect(pictureOf({ ...FACTS, backends: undefined }).isServed).toBe(false)
  })

  test('names the port that is refused, and the parts by kind', () => {
    const parts = ['listener a', 'target group b', 'target group c']
    const picture = pictureOf({ ...FACTS, refusedPorts: [{ port: '80/TCP', error: 'fairlead.dev/InUse' }], parts })
    expect(picture.listeners[0]?.error).toBe('fairlead.dev/InUse')
    expect(picture.parts).toEqual([
      { kind: 'listener', names: ['a'], more: 0 },
      { kind: 'target group', names: ['b', 'c'], more: 0 },
    ])
  })

  test('of 300 ports with 1,000 backends each stays small, and counts what it leaves out', () => {
    const ports = Array.from({ length: 300 }, (_, i) => `${i + 1}/TCP` as const)
    const endpoints = Array.from({ length: 1_000 }, (_, i) => ({ ip: `10.${i >> 8}.${i & 255}.1`, port: 8080 }))
    const backends: Backends = { nodes: { nodes: [] }, ports: Object.fromEntries(ports.map((key) => [key, { endpoints }])) }
    const parts = Array.from({ length: 5_000 }, (_, i) => `target group ${'x'.repeat(300)}${i}`)
    const picture = pictureOf({ ...FACTS, ports, backends, parts })
    expect(picture).toMatchObject({ moreListeners: 284, parts: [{ more: 4_994 }] })
    expect(picture.listeners[0]).toMatchObject({ moreBackends: 988, counts: { ready: 1_000 } })
    expect(JSON.stringify(picture).length).toBeLessThan(40_000)
  })
})
