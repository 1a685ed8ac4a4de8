/** The rules of Services where the order of requests, or the shape of the cluster, matters. Messages and defaults are compared with a real server elsewhere. */
import { describe, expect, test } from 'vitest'
import type { ApiObject } from '../../../emulators/kubernetes/resource.ts'
import { DEFAULT_SERVICE_OPTIONS } from '../../../emulators/kubernetes/resources/index.ts'
import { runRules, type Outcome, type RuleRunner } from './rule-runner.ts'

interface Spec {
  type?: string
  clusterIP: string
  clusterIPs: string[]
  ipFamilies: string[]
  healthCheckNodePort?: number
  ports: { port: number; nodePort: number; name?: string }[]
  [field: string]: unknown
}

const service = (name: string, spec: object): object => ({ metadata: { name }, spec })
const specOf = (outcome: Outcome): Spec => {
  if (!('object' in outcome)) throw new Error(JSON.stringify(outcome))
  return outcome.object['spec'] as Spec
}
const errorsOf = (outcome: Outcome): string[] => ('errors' in outcome ? outcome.errors.map(({ field, message }) => `${field}: ${message}`) : [])
const change =
  (fields: object) =>
  (object: ApiObject): void => {
    Object.assign(object['spec'] as object, fields)
  }
const port = (number: number, more: object = {}): object => ({ port: number, name: `p${number}`, ...more })

describe('node ports', () => {
  const three = { ...DEFAULT_SERVICE_OPTIONS, nodePorts: { first: 30_000, last: 30_002 } }

  test('a full range fails outright, and a Service that needs none is still made', () => {
    const rules = runRules(three)
    specOf(rules.create('services', service('a', { type: 'NodePort', ports: [port(1), port(2), port(3)] })))
    const refused = rules.create('services', service('b', { type: 'NodePort', ports: [port(1)] }))
    expect(refused).toMatchObject({ refusal: { code: 500, message: 'Internal error occurred: failed to allocate a nodePort: range is full' } })
    expect(specOf(rules.create('services', service('c', { ports: [port(1)] }))).ports[0]?.nodePort).toBeUndefined()
  })

  test('no two Services get one number, health checks among them', () => {
    const rules = runRules({ ...DEFAULT_SERVICE_OPTIONS, nodePorts: { first: 30_000, last: 30_119 } })
    const numbers = Array.from({ length: 40 }, (_, index) => {
      const spec = specOf(rules.create('services', service(`s${index}`, { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports: [port(1), port(2)] })))
      return [...spec.ports.map(({ nodePort }) => nodePort), spec.healthCheckNodePort]
    }).flat()
    expect(new Set(numbers).size).toBe(120)
  })

  test('the lower part of the range is left to those who ask', () => {
    const rules = runRules()
    const numbers = Array.from(
      { length: 50 },
      (_, index) => specOf(rules.create('services', service(`s${index}`, { type: 'NodePort', ports: [port(1)] }))).ports[0]?.nodePort ?? 0,
    )
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(30_086)
    expect(Math.max(...numbers)).toBeLessThanOrEqual(32_767)
  })

  test('two ports may exchange their numbers, and what is given back is free', () => {
    const rules = runRules()
    const { ports } = specOf(rules.create('services', service('a', { type: 'NodePort', ports: [port(1), port(2)] })))
    const [one = 0, two = 0] = ports.map(({ nodePort }) => nodePort)
    const exchanged = specOf(rules.update('services', 'a', change({ ports: [port(1, { nodePort: two }), port(2, { nodePort: one })] })))
    expect(exchanged.ports.map(({ nodePort }) => nodePort)).toEqual([two, one])
    specOf(rules.update('services', 'a', change({ ports: [port(1, { nodePort: two })] })))
    expect(specOf(rules.create('services', service('b', { type: 'NodePort', ports: [port(1, { nodePort: one })] }))).ports[0]?.nodePort).toBe(one)
  })

  test('a number that another Service holds is refused on an update too', () => {
    const rules = runRules()
    specOf(rules.create('services', service('a', { type: 'NodePort', ports: [port(1, { nodePort: 30_001 })] })))
    specOf(rules.create('services', service('b', { type: 'NodePort', ports: [port(1)] })))
    const refused = rules.update('services', 'b', change({ ports: [port(1, { nodePort: 30_001 })] }))
    expect(errorsOf(refused)).toEqual(['spec.ports[0].nodePort: Invalid value: 30001: provided port is already allocated'])
  })
})

describe('cluster IPs', () => {
  test('an address is taken in whatever form it is written', () => {
    const rules = runRules()
    specOf(rules.create('services', service('a', { ports: [port(1)], clusterIP: 'fd00:96:0:0::7', ipFamilies: ['IPv6'] })))
    const refused = rules.create('services', service('b', { ports: [port(1)], clusterIP: 'fd00:96::7', ipFamilies: ['IPv6'] }))
    expect(errorsOf(refused)).toEqual(['spec.clusterIPs: Invalid value: ["fd00:96::7"]: failed to allocate IP fd00:96::7: provided IP is already allocated'])
  })

  test('a full range of addresses fails outright', () => {
    const rules = runRules({ ...DEFAULT_SERVICE_OPTIONS, clusterIpRanges: ['10.0.0.0/30'] })
    const addresses = ['a', 'b'].map((name) => specOf(rules.create('services', service(name, { ports: [port(1)] }))).clusterIP)
    expect(addresses.toSorted()).toEqual(['10.0.0.1', '10.0.0.2'])
    expect(rules.create('services', service('c', { ports: [port(1)] }))).toMatchObject({ refusal: { code: 500 } })
  })

  const cases: readonly [name: string, ranges: readonly string[], spec: object, result: unknown][] = [
    ['the first range gives the family', ['fd00:96::/112', '10.96.0.0/16'], {}, ['IPv6']],
    ['one range, two preferred', ['10.96.0.0/16'], { ipFamilyPolicy: 'PreferDualStack' }, ['IPv4']],
    ['one range, headless without selector', ['10.96.0.0/16'], { clusterIP: 'None' }, ['IPv4', 'IPv6']],
    ['one range, headless with selector', ['10.96.0.0/16'], { clusterIP: 'None', selector: { a: 'b' } }, ['IPv4']],
  ]
  test.each(cases)('%s', (_, clusterIpRanges, spec, families) => {
    const rules = runRules({ ...DEFAULT_SERVICE_OPTIONS, clusterIpRanges })
    expect(specOf(rules.create('services', service('a', { ports: [port(1)], ...spec }))).ipFamilies).toEqual(families)
  })

  const refusals: readonly [name: string, spec: object, errors: readonly string[]][] = [
    [
      'two families required of one',
      { ipFamilyPolicy: 'RequireDualStack' },
      ['spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services'],
    ],
    ['a family that is not there', { ipFamilies: ['IPv6'] }, ['spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster']],
    [
      'an address of a family that is not there',
      { clusterIP: 'fd00::1' },
      ['spec.clusterIPs[0]: Invalid value: ["fd00::1"]: IPv6 is not configured on this cluster'],
    ],
  ]
  test.each(refusals)('a cluster of one family refuses %s', (_, spec, errors) => {
    const rules = runRules({ ...DEFAULT_SERVICE_OPTIONS, clusterIpRanges: ['10.96.0.0/16'] })
    expect(errorsOf(rules.create('services', service('a', { ports: [port(1)], ...spec })))).toEqual(errors)
  })
})

describe('what an update carries over and what it wipes', () => {
  const make = (spec: object): RuleRunner => {
    const rules = runRules()
    specOf(rules.create('services', service('a', spec)))
    return rules
  }

  test('to cluster IP: everything of the balancer goes, conditions and the address for the balancer stay', () => {
    const rules = make({ type: 'LoadBalancer', externalTrafficPolicy: 'Local', loadBalancerClass: 'a.b/c', loadBalancerIP: '1.2.3.4', ports: [port(80)] })
    rules.updateStatus('services', 'a', (object) => {
      object['status'] = { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] }, conditions: [{ type: 'a.b/C' }] }
    })
    const outcome = rules.update('services', 'a', change({ type: 'ClusterIP' }))
    expect(Object.keys(specOf(outcome)).toSorted()).toEqual([
      'clusterIP',
      'clusterIPs',
      'internalTrafficPolicy',
      'ipFamilies',
      'ipFamilyPolicy',
      'loadBalancerIP',
      'ports',
      'sessionAffinity',
      'type',
    ])
    expect('object' in outcome && outcome.object['status']).toEqual({ loadBalancer: {}, conditions: [{ type: 'a.b/C' }] })
  })

  test('a node port the client asks for in the same request is not wiped: it is refused', () => {
    const rules = make({ type: 'LoadBalancer', ports: [port(80)] })
    const refused = rules.update('services', 'a', change({ type: 'ClusterIP', ports: [port(80, { nodePort: 30_005 })] }))
    expect(errorsOf(refused)).toEqual(["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"])
  })

  test('the node port stays with the name of its port when the list is sent anew', () => {
    const rules = make({ type: 'NodePort', ports: [port(80)] })
    const before = (rules.cluster.get('services', undefined, 'a')!['spec'] as Spec).ports[0]?.nodePort
    const after = specOf(
      rules.update(
        'services',
        'a',
        change({
          ports: [
            { port: 81, name: 'new' },
            { port: 8080, name: 'p80' },
          ],
        }),
      ),
    )
    expect(after.ports.find(({ name }) => name === 'p80')?.nodePort).toBe(before)
  })

  test('the second family comes and goes, the first stays', () => {
    const rules = make({ ports: [port(80)] })
    const both = specOf(rules.update('services', 'a', change({ ipFamilyPolicy: 'RequireDualStack' })))
    expect(both.clusterIPs).toHaveLength(2)
    const one = specOf(rules.update('services', 'a', change({ ipFamilyPolicy: 'SingleStack' })))
    expect(one.clusterIPs).toEqual([both.clusterIP])
  })
})
