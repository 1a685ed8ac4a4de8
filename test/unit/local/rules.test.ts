/** Where the traffic of a listener goes, and how its backends are watched. */
import { describe, expect, it } from 'vitest'
import { followed, ruleMaker } from '../../../providers/local/rules.ts'
import type { HealthCheck } from '../../../src/model/load-balancer.ts'
import { type Ask, backends, listener, wish } from '../../contract/wish.ts'

const NODES = {
  nodes: [
    { name: 'a', addresses: ['10.0.0.1', 'fd00::1'] },
    { name: 'b', addresses: ['10.0.0.2'] },
  ],
}
const onNodes = (endpoints: readonly string[], more: Ask = {}) =>
  wish({ targets: 'nodes', backends: backends({ '80/TCP': endpoints }, { '80/TCP': 30080 }, NODES), ...more })
const rule = (want: ReturnType<typeof wish>, { family = 'IPv4' as const, kubeProxy = true } = {}) =>
  ruleMaker({ kubeProxy })(want)(family, want.settings.listeners[0]!)
const texts = (targets: readonly { readonly ip: string; readonly port: number }[]) => targets.map(({ ip, port }) => `${ip} ${port}`)

describe('targets', () => {
  const cases: readonly [string, ReturnType<typeof wish>, 'IPv4' | 'IPv6', readonly string[]][] = [
    ['pods', wish({ backends: backends({ '80/TCP': ['10.244.0.1:8080', '10.244.0.2:8080'] }) }), 'IPv4', ['10.244.0.1 8080', '10.244.0.2 8080']],
    ['pods of the family', wish({ backends: backends({ '80/TCP': ['10.244.0.1:80', '[fd00::7]:80'] }) }), 'IPv6', ['fd00::7 80']],
    ['pods of the other family where there are no others', wish({ backends: backends({ '80/TCP': ['10.244.0.1:80'] }) }), 'IPv6', ['10.244.0.1 80']],
    ['no pods', wish({ backends: backends({}) }), 'IPv4', []],
    ['nodes', onNodes(['10.244.0.1:80@a']), 'IPv4', ['10.0.0.1 30080', '10.0.0.2 30080']],
    ['nodes by their address of the family, else the other', onNodes(['10.244.0.1:80@a']), 'IPv6', ['fd00::1 30080', '10.0.0.2 30080']],
    ['no node where no pod is ready anywhere', onNodes([]), 'IPv4', []],
    ['policy Local: nodes that hold a pod', onNodes(['10.244.0.1:80@b'], { externalTrafficPolicy: 'Local' }), 'IPv4', ['10.0.0.2 30080']],
    ['policy Local where nobody says which node', onNodes(['10.244.0.1:80'], { externalTrafficPolicy: 'Local' }), 'IPv4', ['10.0.0.1 30080', '10.0.0.2 30080']],
  ]
  it.each(cases)('%s', (_, want, family, expected) => {
    const made = ruleMaker({ kubeProxy: true })(want)(family, want.settings.listeners[0]!)
    expect(texts(made.targets)).toEqual(expected)
  })
})

describe('health checks', () => {
  const local: HealthCheck = { protocol: 'http', port: 32_000, path: '/', from: 'healthCheckNodePort' }
  const proxy: HealthCheck = { protocol: 'http', port: 10_256, path: '/healthz', from: 'kube-proxy' }
  const traffic: HealthCheck = { protocol: 'tcp', port: 'traffic', from: 'traffic port' }
  const asked: HealthCheck = { protocol: 'http', port: 'traffic', path: '/up', from: 'annotation' }
  const cases: readonly [string, 'nodes' | 'pods', '80/TCP' | '80/UDP', HealthCheck, boolean, string][] = [
    ['pods are not asked', 'pods', '80/TCP', traffic, true, 'none'],
    ['pods are asked as the Service says', 'pods', '80/TCP', asked, true, 'http traffic'],
    ['nodes answer for the Service with policy Local', 'nodes', '80/TCP', local, true, 'http 32000'],
    ['nodes without a kube-proxy are not asked for it', 'nodes', '80/TCP', local, false, 'none'],
    ['nodes answer for themselves', 'nodes', '80/UDP', proxy, true, 'http 10256'],
    ['nodes without a kube-proxy are asked on the traffic port', 'nodes', '80/TCP', proxy, false, 'tcp traffic'],
    ['which is nothing to ask when it is UDP', 'nodes', '80/UDP', proxy, false, 'none'],
    ['a traffic port with TCP', 'nodes', '80/TCP', traffic, true, 'tcp traffic'],
    ['a traffic port with UDP', 'nodes', '80/UDP', traffic, true, 'none'],
  ]
  it.each(cases)('%s', (_, targets, key, healthCheck, kubeProxy, expected) => {
    const { protocol, port } = rule(wish({ targets, listeners: [listener(key, { healthCheck })] }), { kubeProxy }).settings.healthCheck
    expect(protocol === 'none' ? 'none' : `${protocol} ${port}`).toBe(expected)
  })
})

describe('identity', () => {
  it('new nodes leave the rules of a Service with pods the very same', () => {
    const rules = ruleMaker({ kubeProxy: true })
    const want = wish()
    const before = rules(want)('IPv4', want.settings.listeners[0]!)
    expect(rules({ ...want, backends: { ...want.backends, nodes: NODES } })('IPv4', want.settings.listeners[0]!)).toBe(before)
  })

  it('new pods give a new rule with the same settings', () => {
    const rules = ruleMaker({ kubeProxy: true })
    const want = wish()
    const before = rules(want)('IPv4', want.settings.listeners[0]!)
    const after = rules({ ...want, backends: backends({ '80/TCP': ['10.244.0.9:80'] }) })('IPv4', want.settings.listeners[0]!)
    expect(texts(after.targets)).toEqual(['10.244.0.9 80'])
    expect(after.settings).toBe(before.settings)
  })
})

describe('following', () => {
  it('takes new backends with the settings found', () => {
    const found = rule(onNodes(['10.244.0.1:80@a'], { externalTrafficPolicy: 'Local' }))
    const next = followed(found, 'IPv4', '80/TCP', { follow: backends({ '80/TCP': ['10.244.0.1:80@b'] }, { '80/TCP': 30080 }, NODES) })
    expect(texts(next.targets)).toEqual(['10.0.0.2 30080'])
    expect(next.settings).toBe(found.settings)
  })

  it('keeps the backends of a listener that the cluster does not know any more', () => {
    const found = rule(wish())
    expect(followed(found, 'IPv4', '80/TCP', { follow: backends({ '81/TCP': [] }) })).toBe(found)
  })
})

describe('source ranges', () => {
  it("are the port's own, else the Service's, else absent", () => {
    const ranges = (want: ReturnType<typeof wish>) => rule(want).settings.sourceRanges
    expect(ranges(wish({ sourceRanges: ['10.0.0.0/8'], listeners: [listener('80/TCP', { sourceRanges: ['192.0.2.0/24'] })] }))).toEqual(['192.0.2.0/24'])
    expect(ranges(wish({ sourceRanges: ['10.0.0.0/8'] }))).toEqual(['10.0.0.0/8'])
    expect(ranges(wish({ sourceRanges: [] }))).toEqual([])
    expect(ranges(wish())).toBeUndefined()
  })
})
