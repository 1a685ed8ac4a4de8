/** The README's story, as its reader types it: the playground in one process, a real kubectl beside it. */
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { setUpForTests } from '../set-up.ts'
import { eventually } from '../until.ts'
import { ownAddresses } from './addresses.ts'
import { ask, askDatagram, listening, open, say } from './client.ts'
import { noKubectl, type Playground, startPlayground } from './playground.ts'
import { run } from './program.ts'

// Starting processes is slow where a machine has much else to do.
vi.setConfig({ testTimeout: 120_000 })

const POOL = ownAddresses()
const reason = noKubectl()
if (reason !== undefined) console.log(`skipped: the playground with a real kubectl: ${reason}`)

describe.skipIf(reason !== undefined)('the playground, with a real kubectl', () => {
  let playground: Playground
  const kubectl: Playground['kubectl'] = (...asked) => playground.kubectl(...asked)
  const apply: Playground['apply'] = (...asked) => playground.apply(...asked)
  const reported: Playground['reported'] = (...asked) => playground.reported(...asked)
  const addressOf: Playground['addressOf'] = (...asked) => playground.addressOf(...asked)

  setUpForTests(
    async () => {
      playground = await startPlayground(POOL)
      await playground.deploy('web', 2)
    },
    () => playground.close(),
  )

  test('a Service gets an address, is answered by pods, is refused without them, and is gone when it is deleted', async () => {
    await kubectl(['expose', 'deployment', 'web', '--name=story', '--port=8080', '--type=LoadBalancer'])
    await kubectl(['wait', '--for=condition=fairlead.dev/Ready', 'service/story', '--timeout=100s'])
    const address = await addressOf('story')
    expect(await kubectl(['get', 'service', 'story'])).toContain(address)
    expect(await ask(address, 8080)).toMatch(/^web-\S+ \(10\.244\./)

    const connection = await open(address, 8080)
    expect(await say(connection, 'one')).toContain('one')
    await kubectl([
      'patch',
      'service',
      'story',
      '--type=json',
      '-p',
      '[{"op":"add","path":"/spec/ports/0/name","value":"a"},{"op":"add","path":"/spec/ports/-","value":{"name":"b","port":8081,"targetPort":9090}}]',
    ])
    await eventually(
      () => ask(address, 8081),
      (found) => found.startsWith('web-'),
    )
    expect(await say(connection, 'two'), 'an open connection survives another port').toContain('two')
    connection.destroy()

    await kubectl(['scale', 'deployment', 'web', '--replicas=0'])
    await reported('story', 'NoBackends')
    expect(await ask(address, 8080)).toBe('ECONNREFUSED')
    await kubectl(['scale', 'deployment', 'web', '--replicas=2'])
    await reported('story', 'Ready')
    expect(await ask(address, 8080)).toMatch(/^web-/)

    await kubectl(['patch', 'service', 'story', '-p', '{"spec":{"type":"ClusterIP"}}'])
    await eventually(
      () => ask(address, 8080),
      (found) => found === 'ECONNREFUSED',
    )
    await kubectl(['patch', 'service', 'story', '-p', '{"spec":{"type":"LoadBalancer"}}'])
    await reported('story', 'Ready')
    expect(await kubectl(['describe', 'service', 'story'])).toMatch(/Created[\s\S]*NoBackends[\s\S]*Deleted/)
    await kubectl(['delete', 'service', 'story', '--timeout=100s'])
    expect(listening(`${address}:`)).toEqual([])
  })

  test('TCP and UDP on one number, for clients of a range alone', async () => {
    const ports = [
      { name: 't', port: 5353, protocol: 'TCP' },
      { name: 'u', port: 5353, protocol: 'UDP' },
    ]
    await apply('dns', { ports, loadBalancerSourceRanges: ['127.0.0.8/32'] })
    await reported('dns', 'Ready')
    const address = await addressOf('dns')
    expect(await ask(address, 5353, { from: '127.0.0.8' })).toMatch(/^web-/)
    expect(await askDatagram(address, 5353, { from: '127.0.0.8' })).toMatch(/^web-/)
    expect(['ECONNRESET', 'closed']).toContain(await ask(address, 5353, { from: '127.0.0.9' }))
    const isOver = new AbortController()
    const dropped = askDatagram(address, 5353, { from: '127.0.0.9', isOver: isOver.signal })
    for (let turn = 0; turn < 10; turn++) await askDatagram(address, 5353, { from: '127.0.0.8' })
    isOver.abort()
    expect(await dropped, 'others that came after it were answered').toBe('nothing')
  })

  test('what cannot be done is reported with what is allowed, and disturbs no other Service', async () => {
    await apply('first', { ports: [{ port: 7000 }] }, { 'fairlead.dev/share': 'edge' })
    await reported('first', 'Ready')
    const address = await addressOf('first')
    await apply('second', { ports: [{ port: 7001 }] }, { 'fairlead.dev/share': 'edge' })
    await reported('second', 'Ready')
    expect(await addressOf('second'), 'two Services on one address').toBe(address)

    await apply('clash', { ports: [{ port: 7001 }] }, { 'fairlead.dev/share': 'edge' })
    expect(await reported('clash', 'Conflict')).toContain('default/second')
    await apply('taken', { ports: [{ port: 7000 }], loadBalancerIP: address })
    expect(await reported('taken', 'Conflict'), 'either of the two who share it is named').toMatch(/held by default\/(first|second)/)
    await apply('outside', { ports: [{ port: 7000 }], loadBalancerIP: '192.0.2.1' })
    expect(await reported('outside', 'Invalid')).toContain(`${POOL}0/24`)
    await apply('typo', { ports: [{ port: 7000 }] }, { 'fairlead.dev/shcheme': 'internal' })
    expect(await reported('typo', 'Invalid')).toContain('fairlead.dev/scheme')
    await apply('foreign', { ports: [{ port: 7000 }], loadBalancerClass: 'example.com/other' })
    expect(await ask(address, 7000)).toMatch(/^web-/)
    expect(await ask(address, 7001)).toMatch(/^web-/)
    expect(await kubectl(['get', 'service', 'foreign', '-o', 'jsonpath={.metadata.finalizers}{.status.conditions}'])).toBe('')
  })

  test('pods without node ports, and endpoints made by hand', async () => {
    await apply('direct', { ports: [{ port: 7100 }], allocateLoadBalancerNodePorts: false })
    await reported('direct', 'Ready')
    expect(await ask(await addressOf('direct'), 7100)).toMatch(/^web-/)
    await apply('hand', { ports: [{ port: 7200, targetPort: 7100 }], selector: undefined })
    const ip = await kubectl(['get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[0].status.podIP}'])
    const slice = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 'hand-1', labels: { 'kubernetes.io/service-name': 'hand' } } }
    await kubectl(['apply', '-f', '-'], JSON.stringify({ ...slice, addressType: 'IPv4', ports: [{ port: 7100 }], endpoints: [{ addresses: [ip] }] }))
    await reported('hand', 'Ready')
    expect(await ask(await addressOf('hand'), 7200)).toContain(ip)
  })

  test('plan and explain tell what would be, and why it is', async () => {
    await apply('shown', { ports: [{ port: 7300 }] })
    await reported('shown', 'Ready')
    const shared = ['--kubeconfig', playground.kubeconfig, '--default-class', 'local', '--address-pool', `${POOL}0/24`]
    const explained = await run(['explain', 'default/shown', ...shared])
    expect(explained).toMatchObject({ exitCode: 0, out: expect.stringContaining('nothing to do') as string })
    const manifest = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'shown' },
      spec: {
        type: 'LoadBalancer',
        selector: { app: 'web' },
        ports: [
          { name: 'a', port: 7300 },
          { name: 'b', port: 7301 },
        ],
      },
    }
    const planned = await run(['plan', '-f', '-', ...shared], { input: JSON.stringify(manifest) })
    expect(planned.exitCode).toBe(0)
    expect(planned.out).toContain('asks for 7301/TCP')
    expect(planned.out, 'the port that stays is not touched').not.toContain('7300')

    const leaving = { ...manifest, spec: { ...manifest.spec, type: 'ClusterIP' } }
    const left = await run(['plan', '-f', '-', ...shared], { input: JSON.stringify(leaving) })
    expect(left.out, 'a Service that asks no longer gives up what it has').toMatch(/- frontend \S*7300/)
    await apply('late', { ports: [{ port: 7300 }], loadBalancerIP: await addressOf('shown') })
    await reported('late', 'Conflict')
    const refused = await run(['plan', 'default/late', ...shared])
    expect(refused).toMatchObject({ exitCode: 1, out: expect.stringContaining('refused default/late') as string })
    expect(refused.out).not.toContain('nothing to do')
    const why = await run(['explain', 'default/late', ...shared])
    expect(why.out).toMatch(/Ready: False, Conflict: [\s\S]*Left to do\n {2}local, Stack local\n {2}└─ ! refused default\/late/)
    expect(why.out).not.toContain('nothing to do')
  })

  test('Ctrl-C ends it and leaves nothing behind', async () => {
    await apply('last', { ports: [{ port: 7400 }] })
    await reported('last', 'Ready')
    expect(listening(POOL)).not.toEqual([])
    const { exitCode } = await playground.program.end('SIGINT')
    expect(exitCode).toBe(0)
    expect(existsSync(dirname(playground.kubeconfig)), 'the kubeconfig is gone, and its folder').toBe(false)
    expect(listening(POOL), 'nothing listens any more').toEqual([])
  })
})
