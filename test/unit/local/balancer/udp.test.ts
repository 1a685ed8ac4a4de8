import { describe, expect, test } from 'vitest'
import { deadTarget, frontendAt, freePort, startPlane, udpBackend, udpClient, udpRefusal, until } from './network.ts'
import { ruleFor, targetAt } from './rule.ts'

describe('a UDP frontend', () => {
  test.each(['127.0.0.1', '::1'])('gives each client a backend and answers from the address he called, on %s', async (address) => {
    const { plane } = startPlane()
    const [a, b] = [await udpBackend('a', address), await udpBackend('b', address)]
    const frontend = await frontendAt('UDP', ruleFor([a.target, b.target]), address)
    await plane.open(frontend)
    const [first, second] = [await udpClient(frontend), await udpClient(frontend)]
    expect([await first.ask('1'), await first.ask('2'), await second.ask('3'), await first.ask('4')]).toEqual(['a 1', 'a 2', 'b 3', 'a 4'])
    expect(first.replies[0]?.from).toEqual({ address, port: frontend.port })
  })

  test('sends on what came before the backend was reached, in order', async () => {
    const { plane } = startPlane()
    const a = await udpBackend('a')
    const frontend = await frontendAt('UDP', ruleFor([a.target]))
    await plane.open(frontend)
    const client = await udpClient(frontend)
    for (const text of ['1', '2', '3']) client.send(text)
    await until(() => a.heard.length === 3)
    expect(a.heard.map(String)).toEqual(['1', '2', '3'])
  })

  test('moves a flow at once when its backend was replaced, and gives it back its own otherwise', async () => {
    const { plane } = startPlane()
    const [a, b] = [await udpBackend('a'), await udpBackend('b')]
    const frontend = await frontendAt('UDP', ruleFor([a.target]))
    await plane.open(frontend)
    const client = await udpClient(frontend)
    expect(await client.ask('1')).toBe('a 1')
    await plane.change(frontend.key, ruleFor([a.target, b.target]))
    expect(await client.ask('2')).toBe('a 2')
    await plane.change(frontend.key, ruleFor([b.target]))
    expect(await client.ask('3')).toBe('b 3')
    expect(plane.states()).toMatchObject([{ connections: 1, targets: [{ name: 'b', connections: 1 }] }])
  })

  test('refuses without targets, and answers again when there are some', async () => {
    const { plane } = startPlane()
    const a = await udpBackend('a')
    const frontend = await frontendAt('UDP', ruleFor([a.target]))
    await plane.open(frontend)
    const client = await udpClient(frontend)
    expect(await client.ask('1')).toBe('a 1')
    await plane.change(frontend.key, ruleFor([]))
    expect(plane.states()).toMatchObject([{ listening: false, connections: 0 }])
    expect(await udpRefusal(frontend)).toBe('ECONNREFUSED')
    await plane.change(frontend.key, ruleFor([a.target]))
    expect(await client.ask('2')).toBe('a 2')
    expect(a.heard.map(String)).toEqual(['1', '2'])
  })

  test('tries another backend when nobody listens at the first, with the same datagram', async () => {
    const { plane } = startPlane()
    const a = await udpBackend('a')
    const frontend = await frontendAt('UDP', ruleFor([await deadTarget('dead'), a.target]))
    await plane.open(frontend)
    expect(await (await udpClient(frontend)).ask('1')).toBe('a 1')
  })

  test('comes back to a backend that was away for a moment', async () => {
    const { plane } = startPlane()
    const port = await freePort()
    const frontend = await frontendAt('UDP', ruleFor([targetAt('a', '127.0.0.1', port)]))
    await plane.open(frontend)
    const client = await udpClient(frontend)
    client.send('nobody there')
    await until(() => plane.states()[0]?.connections === 1 && plane.states()[0]?.targets[0]?.connections === 0)
    await udpBackend('a', '127.0.0.1', port)
    expect(await client.ask('1')).toBe('a 1')
  })

  test('keeps a client at its backend by affinity, whatever port he sends from', async () => {
    const { plane } = startPlane()
    const [a, b] = [await udpBackend('a'), await udpBackend('b')]
    const frontend = await frontendAt('UDP', ruleFor([a.target, b.target], { affinity: { kind: 'client-ip', timeoutSeconds: 60 } }))
    await plane.open(frontend)
    const answers: string[] = []
    for (const from of ['127.0.0.5', '127.0.0.6', '127.0.0.5', '127.0.0.6', '127.0.0.5']) answers.push(await (await udpClient(frontend, from)).ask('?'))
    expect(answers).toEqual(['a ?', 'b ?', 'a ?', 'b ?', 'a ?'])
  })

  test('drops datagrams from outside the source ranges, from established flows too', async () => {
    const { plane } = startPlane()
    const a = await udpBackend('a')
    const frontend = await frontendAt('UDP', ruleFor([a.target]))
    await plane.open(frontend)
    const [inside, outside] = [await udpClient(frontend, '127.0.0.5'), await udpClient(frontend, '127.0.0.6')]
    await outside.ask('before')
    await plane.change(frontend.key, ruleFor([a.target], { sourceRanges: ['127.0.0.5/32'] }))
    outside.send('after')
    await inside.ask('inside')
    expect(a.heard.map(String)).toEqual(['before', 'inside'])
  })

  test('puts a PROXY header before each datagram, and refuses version 1, which UDP does not have', async () => {
    const { plane } = startPlane()
    const a = await udpBackend('a')
    const frontend = await frontendAt('UDP', ruleFor([a.target], { proxyProtocol: 'v2' }))
    await plane.open(frontend)
    const client = await udpClient(frontend, '127.0.0.5')
    await client.ask('one')
    await client.ask('two')
    expect(a.heard.map((bytes) => bytes.subarray(12, 24).toString('hex'))).toEqual(['2112000c7f0000057f000001', '2112000c7f0000057f000001'])
    expect(a.heard.map((bytes) => bytes.subarray(28).toString())).toEqual(['one', 'two'])
    await expect(plane.change(frontend.key, ruleFor([a.target], { proxyProtocol: 'v1' }))).rejects.toThrow('v1 is for TCP alone')
  })

  test('ends a flow that was silent for the idle time-out', async () => {
    const { plane, clock } = startPlane()
    const a = await udpBackend('a')
    const frontend = await frontendAt('UDP', ruleFor([a.target], { idleTimeoutSeconds: 10 }))
    await plane.open(frontend)
    const client = await udpClient(frontend)
    await client.ask('1')
    await clock.advance(9_500)
    expect(plane.states()[0]?.connections).toBe(1)
    await clock.advance(1_500)
    expect(plane.states()[0]?.connections).toBe(0)
    expect(await client.ask('2')).toBe('a 2')
  })

  test('lets the flow that was silent longest make room for a new one', async () => {
    const { plane, clock } = startPlane({ limits: { maxFlows: 2 } })
    const backends = [await udpBackend('a'), await udpBackend('b'), await udpBackend('c')]
    const frontend = await frontendAt('UDP', ruleFor(backends.map(({ target }) => target)))
    await plane.open(frontend)
    const clients = [await udpClient(frontend), await udpClient(frontend), await udpClient(frontend)]
    expect([await clients[0]!.ask('1'), await clients[1]!.ask('1')]).toEqual(['a 1', 'b 1'])
    await clock.advance(500)
    await clients[0]!.ask('2')
    expect(await clients[2]!.ask('1')).toBe('c 1')
    expect(await clients[0]!.ask('3')).toBe('a 3')
    expect(plane.states()[0]?.connections).toBe(2)
  })

  test('ends its flows when it is closed', async () => {
    const { plane, clock } = startPlane()
    const a = await udpBackend('a')
    const frontend = await frontendAt('UDP', ruleFor([a.target]))
    await plane.open(frontend)
    await (await udpClient(frontend)).ask('1')
    await plane.close(frontend.key)
    expect(clock.pending).toBe(0)
    await plane.open(frontend)
    expect(plane.states()[0]?.connections).toBe(0)
  })

  test('says why it cannot listen', async () => {
    const { plane } = startPlane()
    const holder = await udpBackend('holder')
    const taken = plane.open({ key: 'k', address: '127.0.0.1', port: holder.port, protocol: 'UDP', rule: ruleFor([holder.target]) })
    await expect(taken).rejects.toMatchObject({ name: 'BindError', code: 'EADDRINUSE', port: holder.port })
  })
})
