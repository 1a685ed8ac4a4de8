/** What users care for, shown in packets: who is answered by which pod, and who is not. Each scenario plays in a fresh world, on every provider. */
import { expect } from 'vitest'
import type { Feature } from '../../src/provider/capabilities.ts'
import type { Stage } from './stage.ts'
import { type Ask, backends, listener } from './wish.ts'

export interface Scenario {
  readonly title: string
  /** Where the provider cannot do one of these, the scenario is skipped with its reason. */
  readonly needs: readonly Feature[]
  /** Only with these targets. */
  readonly targets?: 'nodes' | 'pods'
  /** Only where Services that ask for one address share it, or only where they do not. */
  readonly addresses?: 'shared' | 'of one'
  /** Only where nodes are reached so. */
  readonly reached?: 'by the address' | 'by each port'
  play(stage: Stage): Promise<void>
}

const range = (address: string): string => `${address}/${address.includes(':') ? 128 : 32}`

/** The first Service has port 8080; the second asks for it too, and for another one. */
async function shared(stage: Stage, by: Ask): Promise<void> {
  stage.cluster.pod('a')
  stage.cluster.pod('b')
  stage.cluster.service('web', { ...by, listeners: ['8080/TCP'] }, ['a'])
  await stage.steward.settle()
  const other = stage.cluster.service('api', { ...by, listeners: ['8080/TCP', '8081/TCP'] }, ['b'])
  await stage.steward.settle()
  expect(stage.steward.places('api')).toEqual(stage.steward.places('web'))
  expect([await stage.ask('web', 8080), await stage.ask('api', 8081)]).toEqual(['a', 'b'])
  expect(stage.steward.refused.get(other.uid)).toMatchObject({ problem: { reason: 'Conflict' }, ports: [{ port: 8080, protocol: 'TCP' }] })
}

/** The same where nodes take in what comes for a published address: for each Service all its ports. */
async function sharedWhole(stage: Stage, by: Ask): Promise<void> {
  stage.cluster.pod('a')
  stage.cluster.pod('b')
  stage.cluster.service('web', { ...by, listeners: ['8080/TCP'] }, ['a'])
  await stage.steward.settle()
  const other = stage.cluster.service('api', { ...by, listeners: ['8080/TCP', '8081/TCP'] }, ['b'])
  await stage.steward.settle()
  expect(stage.steward.places('api')).toEqual([])
  expect(stage.steward.refused.get(other.uid)?.problem.reason).toBe('Conflict')
  expect(await stage.ask('web', 8080)).toBe('a')
  stage.cluster.service('api', { ...by, listeners: ['8081/TCP'] }, ['b'])
  await stage.steward.settle()
  expect(stage.steward.places('api')).toEqual(stage.steward.places('web'))
  expect([await stage.ask('web', 8080), await stage.ask('api', 8081)]).toEqual(['a', 'b'])
}

export const PACKETS: readonly Scenario[] = [
  {
    title: 'a ready pod answers on the ports that were asked for, and nobody on others',
    needs: ['tcp'],
    async play(stage) {
      stage.cluster.pod('a')
      stage.cluster.service('web', { listeners: ['8080/TCP', '8081/TCP'] }, ['a'])
      await stage.steward.settle()
      expect([await stage.ask('web', 8080), await stage.ask('web', 8081), await stage.ask('web', 8082)]).toEqual(['a', 'a', 'dropped'])
    },
  },
  {
    title: 'TCP and UDP on one port number',
    needs: ['tcp', 'udp', 'mixed-protocols', 'same-port-two-protocols'],
    async play(stage) {
      stage.cluster.pod('a')
      stage.cluster.service('dns', { listeners: ['5353/TCP', '5353/UDP'] }, ['a'])
      await stage.steward.settle()
      expect([await stage.ask('dns', 5353), await stage.ask('dns', 5353, { protocol: 'UDP' })]).toEqual(['a', 'a'])
      stage.cluster.service('dns', { listeners: ['5353/UDP'] }, ['a'])
      await stage.steward.settle()
      expect([await stage.ask('dns', 5353), await stage.ask('dns', 5353, { protocol: 'UDP' })]).toEqual(['dropped', 'a'])
    },
  },
  {
    title: 'a client inside the source ranges is answered, one outside is not; a new range moves the permission, no range opens to all',
    needs: ['tcp', 'source-ranges'],
    async play(stage) {
      const [first, second] = [stage.client(0), stage.client(1)]
      const who = async () => [await stage.ask('web', 8080, { from: first }), await stage.ask('web', 8080, { from: second })]
      stage.cluster.pod('a')
      stage.cluster.service('web', { listeners: ['8080/TCP'], sourceRanges: [range(first)] }, ['a'])
      await stage.steward.settle()
      expect(await who()).toEqual(['a', 'dropped'])
      stage.cluster.service('web', { listeners: ['8080/TCP'], sourceRanges: [range(second)] }, ['a'])
      await stage.steward.settle()
      expect(await who()).toEqual(['dropped', 'a'])
      stage.cluster.service('web', { listeners: ['8080/TCP'] }, ['a'])
      await stage.steward.settle()
      expect(await who()).toEqual(['a', 'a'])
    },
  },
  {
    title: 'source ranges hold for UDP too',
    needs: ['udp', 'source-ranges'],
    async play(stage) {
      const [first, second] = [stage.client(0), stage.client(1)]
      stage.cluster.pod('a')
      stage.cluster.service('dns', { listeners: ['5353/UDP'], sourceRanges: [range(first)] }, ['a'])
      await stage.steward.settle()
      expect(await stage.ask('dns', 5353, { from: second, protocol: 'UDP' })).toBe('dropped')
      expect(await stage.ask('dns', 5353, { from: first, protocol: 'UDP' })).toBe('a')
    },
  },
  {
    title: "a port's own source ranges hold for that port alone",
    needs: ['tcp', 'source-ranges-per-port'],
    async play(stage) {
      const second = stage.client(1)
      stage.cluster.pod('a')
      stage.cluster.service('web', { listeners: [listener('8080/TCP', { sourceRanges: [range(stage.client(0))] }), listener('8081/TCP')] }, ['a'])
      await stage.steward.settle()
      expect([await stage.ask('web', 8080, { from: second }), await stage.ask('web', 8081, { from: second })]).toEqual(['dropped', 'a'])
    },
  },
  {
    title: 'a list of ranges of one family opens nothing to the other',
    needs: ['tcp', 'dual-stack', 'source-ranges'],
    async play(stage) {
      stage.cluster.pod('a')
      stage.cluster.service('web', { listeners: ['8080/TCP'], families: ['IPv4', 'IPv6'], sourceRanges: [range(stage.client(0))] }, ['a'])
      await stage.steward.settle()
      expect([await stage.ask('web', 8080), await stage.ask('web', 8080, { family: 'IPv6' })]).toEqual(['a', 'dropped'])
    },
  },
  {
    title: 'both families of a dual-stack Service are answered, and the address that is left stays when one goes',
    needs: ['tcp', 'dual-stack'],
    async play(stage) {
      stage.cluster.pod('a')
      stage.cluster.service('web', { listeners: ['8080/TCP'], families: ['IPv4', 'IPv6'] }, ['a'])
      await stage.steward.settle()
      expect([await stage.ask('web', 8080), await stage.ask('web', 8080, { family: 'IPv6' })]).toEqual(['a', 'a'])
      const [first] = stage.steward.places('web')
      stage.cluster.service('web', { listeners: ['8080/TCP'], families: ['IPv4'] }, ['a'])
      await stage.steward.settle()
      expect(stage.steward.places('web')).toEqual([first])
      expect(await stage.ask('web', 8080)).toBe('a')
    },
  },
  {
    title: 'with policy Local only nodes that hold a pod get traffic, and it follows the pod',
    needs: ['tcp', 'local-traffic-policy'],
    async play(stage) {
      const ask = { listeners: ['8080/TCP'] as const, externalTrafficPolicy: 'Local' as const }
      stage.cluster.pod('a', 0)
      stage.cluster.service('web', ask, ['a', 'b'])
      await stage.steward.settle()
      expect(await stage.askOften(8, 'web', 8080)).toEqual(new Set(['a']))
      stage.cluster.pods.delete('a')
      stage.cluster.pod('b', 1)
      await stage.steward.settle()
      expect(await stage.askOften(8, 'web', 8080)).toEqual(new Set(['b']))
    },
  },
  {
    title: 'the address stays while ports change, and at no step does traffic stop',
    needs: ['tcp'],
    async play(stage) {
      stage.cluster.pod('a')
      stage.cluster.service('web', { listeners: ['8080/TCP', '8081/TCP'] }, ['a'])
      await stage.steward.settle()
      const places = stage.steward.places('web')
      const connection = await stage.connect('web', 8080)
      stage.steward.journal.afterEach = async () => expect(await stage.ask('web', 8080)).toBe('a')
      stage.cluster.service('web', { listeners: ['8082/TCP', '8080/TCP', '8443/TCP'] }, ['a'])
      await stage.steward.settle()
      expect(stage.steward.places('web')).toEqual(places)
      const answers = await Promise.all([8080, 8081, 8082, 8443].map((port) => stage.ask('web', port)))
      expect(answers).toEqual(['a', 'dropped', 'a', 'a'])
      if (connection !== undefined) expect(await connection.ask()).toEqual({ backend: 'a' })
      connection?.close()
    },
  },
  {
    title: 'with no backend clients are refused, and are answered again when there is one',
    needs: ['tcp', 'zero-backends-refuse'],
    async play(stage) {
      stage.cluster.service('web', { listeners: ['8080/TCP'] }, ['a'])
      await stage.steward.settle()
      const places = stage.steward.places('web')
      expect(places).not.toEqual([])
      expect(await stage.deliver('web', 8080)).toEqual({ dropped: 'refused' })
      stage.cluster.pod('a')
      await stage.steward.settle()
      expect(await stage.ask('web', 8080)).toBe('a')
      stage.cluster.pod('a', 0, 'unready')
      await stage.steward.settle()
      expect(await stage.deliver('web', 8080)).toEqual({ dropped: 'refused' })
      expect(stage.steward.places('web')).toEqual(places)
    },
  },
  {
    title: 'pods that still serve while terminating are used when nothing else is left',
    needs: ['tcp'],
    async play(stage) {
      stage.cluster.pod('a', 0, 'terminating')
      stage.cluster.service('web', { listeners: ['8080/TCP'] }, ['a', 'b'])
      await stage.steward.settle()
      expect(await stage.ask('web', 8080)).toBe('a')
      stage.cluster.pod('b')
      await stage.steward.settle()
      expect(await stage.askOften(6, 'web', 8080)).toEqual(new Set(['b']))
    },
  },
  {
    title: 'one client sticks to one pod while affinity is on, and meets others when it is off',
    needs: ['tcp', 'affinity-client-ip'],
    targets: 'pods',
    async play(stage) {
      const asked = { listeners: ['8080/TCP'] as const }
      for (const name of ['a', 'b', 'c']) stage.cluster.pod(name)
      stage.cluster.service('web', { ...asked, affinity: { kind: 'client-ip', timeoutSeconds: 600 } }, ['a', 'b', 'c'])
      await stage.steward.settle()
      expect((await stage.askOften(15, 'web', 8080)).size).toBe(1)
      stage.cluster.service('web', asked, ['a', 'b', 'c'])
      await stage.steward.settle()
      expect((await stage.askOften(60, 'web', 8080)).size).toBeGreaterThan(1)
    },
  },
  {
    title: 'two Services share an address by a key; a contested port stays whose it is, and the rest of both is served',
    needs: ['tcp', 'share'],
    reached: 'by each port',
    play: (stage) => shared(stage, { share: 'default/edge' }),
  },
  {
    title: 'two Services share an address by a key; one that asks for a port of the other is refused, as nodes would give it the packets of that port',
    needs: ['tcp', 'share'],
    reached: 'by the address',
    play: (stage) => sharedWhole(stage, { share: 'default/edge' }),
  },
  {
    title: 'two Services share an address that both ask for; one that asks for a port of the other is refused, as nodes would give it the packets of that port',
    needs: ['tcp', 'addresses'],
    addresses: 'shared',
    play: (stage) => sharedWhole(stage, { addresses: stage.world.requestable.slice(0, 1) }),
  },
  {
    title: 'an address that is asked for is given, and refused to the next who asks for it, whom nobody notices',
    needs: ['tcp', 'addresses'],
    addresses: 'of one',
    async play(stage) {
      const [address = ''] = stage.world.requestable
      stage.cluster.pod('a')
      stage.cluster.service('web', { listeners: ['8080/TCP'], addresses: [address] }, ['a'])
      await stage.steward.settle()
      expect(stage.steward.places('web')).toEqual([address])
      const other = stage.cluster.service('api', { listeners: ['8081/TCP'], addresses: [address] }, ['a'])
      await stage.steward.settle()
      expect(stage.steward.refused.get(other.uid)?.problem.reason).toBe('Conflict')
      expect(stage.steward.places('api')).toEqual([])
      expect(await stage.ask('web', 8080)).toBe('a')
    },
  },
  {
    title: 'another address: the new one is answered before the old one goes, which is answered for a while',
    needs: ['tcp', 'addresses'],
    async play(stage) {
      const [before = '', after = ''] = stage.world.requestable
      const from = stage.client(0)
      const ask = async (to: string) => stage.world.deliver({ from, to, port: 8080, protocol: 'TCP' })
      stage.cluster.pod('a')
      stage.cluster.service('web', { listeners: ['8080/TCP'], addresses: [before] }, ['a'])
      await stage.steward.settle()
      stage.steward.journal.afterEach = async () => expect(await stage.ask('web', 8080)).toBe('a')
      stage.cluster.service('web', { listeners: ['8080/TCP'], addresses: [after] }, ['a'])
      await stage.steward.settle()
      expect(stage.steward.places('web')).toEqual([after])
      // kube-proxy closes an address that the status no longer names, whatever the load balancer still lets through to the node.
      const isClosed = stage.world.nodesReachedBy === 'publishedAddress'
      expect([await ask(before), await ask(after)]).toEqual([isClosed ? { dropped: expect.any(String) } : { backend: 'a' }, { backend: 'a' }])
      await stage.steward.mature()
      expect([await ask(before), await ask(after)]).toEqual([{ dropped: expect.any(String) }, { backend: 'a' }])
    },
  },
  {
    title: 'endpoints that nobody selected, written by hand, are served',
    needs: ['tcp'],
    targets: 'pods',
    async play(stage) {
      stage.cluster.pod('a', 2)
      stage.cluster.service('named', { listeners: ['8080/TCP'] }, ['a'])
      const ip = stage.cluster.pods.get('a')?.ips[0] ?? ''
      stage.cluster.service('web', { listeners: ['9090/TCP'], backends: backends({ '9090/TCP': [`${ip}:16080`] }) }, [])
      await stage.steward.settle()
      expect(await stage.ask('web', 9090)).toBe('a')
    },
  },
  {
    title: 'a pod that the cluster takes for ready and that does not answer costs no client an answer',
    needs: ['tcp', 'health-check'],
    targets: 'pods',
    async play(stage) {
      stage.cluster.pod('a')
      stage.cluster.pod('b', 1, 'broken')
      stage.cluster.service('web', { listeners: ['8080/TCP'] }, ['a', 'b'])
      await stage.steward.settle()
      await stage.steward.elapse(60_000)
      expect(await stage.askOften(10, 'web', 8080)).toEqual(new Set(['a']))
    },
  },
  {
    title: 'UDP goes on when the only pod is replaced by one on another node',
    needs: ['udp'],
    async play(stage) {
      stage.cluster.pod('a', 0)
      stage.cluster.service('dns', { listeners: ['5353/UDP'] }, ['a', 'b'])
      await stage.steward.settle()
      const flow = await stage.connect('dns', 5353, { protocol: 'UDP' })
      if (flow !== undefined) expect(await flow.ask()).toEqual({ backend: 'a' })
      stage.cluster.pods.delete('a')
      stage.cluster.pod('b', 1)
      await stage.steward.settle()
      expect(await stage.ask('dns', 5353, { protocol: 'UDP' })).toBe('b')
      if (flow !== undefined) expect(await flow.ask()).toEqual({ backend: 'b' })
      flow?.close()
    },
  },
  {
    title: 'a Service that goes is answered by nobody, and its place is free for another',
    needs: ['tcp', 'addresses'],
    async play(stage) {
      const [address = ''] = stage.world.requestable
      stage.cluster.pod('a')
      stage.cluster.service('web', { listeners: ['8080/TCP'], addresses: [address] }, ['a'])
      await stage.steward.settle()
      stage.steward.remove('web')
      await stage.steward.settle()
      expect(await stage.world.deliver({ from: stage.client(0), to: address, port: 8080, protocol: 'TCP' })).toEqual({ dropped: expect.any(String) })
      stage.cluster.pod('b')
      stage.cluster.service('api', { listeners: ['8080/TCP'], addresses: [address] }, ['b'])
      await stage.steward.settle()
      expect(await stage.ask('api', 8080)).toBe('b')
    },
  },
]
