import { PassThrough } from 'node:stream'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { BindError, type Rule } from '../../../../providers/local/balancer/data-plane.ts'
import { parseNetworkMap } from '../../../../providers/local/balancer/network-map.ts'
import { deadTarget, echoes, freePort, frontendAt, openClient, standstill, startPlane, tcpBackend, tcpClient, until, whoAnswers } from './network.ts'
import { ruleFor, targetAt } from './rule.ts'

const REFUSED = 'ECONNREFUSED'
const RESET = 'ECONNRESET'
/** Between two ends of loopback the kernel may hold some ten megabytes a hop. */
const MORE_THAN_KERNELS_HOLD = 48_000_000

describe('a TCP frontend', () => {
  test.each(['127.0.0.1', '::1'])('serves its backends in turn on %s', async (address) => {
    const { plane } = startPlane()
    const [a, b] = [await tcpBackend('a', undefined, { address }), await tcpBackend('b', undefined, { address })]
    const frontend = await frontendAt('TCP', ruleFor([a.target, b.target]), address)
    await plane.open(frontend)
    expect([await whoAnswers(frontend), await whoAnswers(frontend), await whoAnswers(frontend)]).toEqual(['a', 'b', 'a'])
  })

  test('refuses while it has no targets, and keeps what is established', async () => {
    const { plane } = startPlane()
    const a = await tcpBackend('a')
    const frontend = await frontendAt('TCP', ruleFor([]))
    await plane.open(frontend)
    expect(await whoAnswers(frontend)).toBe(REFUSED)
    await plane.change(frontend.key, ruleFor([a.target]))
    const client = await openClient(frontend)
    await plane.change(frontend.key, ruleFor([]))
    expect(plane.states()).toMatchObject([{ listening: false, connections: 1, targets: [{ name: 'a', draining: true, connections: 1 }] }])
    expect(await whoAnswers(frontend)).toBe(REFUSED)
    expect(await echoes(client)).toBe(true)
    await plane.change(frontend.key, ruleFor([a.target]))
    expect(await whoAnswers(frontend)).toBe('a')
    expect(plane.states()).toMatchObject([{ targets: [{ name: 'a', draining: false }] }])
  })

  test('carries every byte in order past a reader who stops, both ways', async () => {
    const { plane } = startPlane()
    const sent = Buffer.alloc(MORE_THAN_KERNELS_HOLD, 'abcdefghijklmnopqrstuvwxyz0123456789')
    const echo = await tcpBackend('echo', (socket) => socket.pipe(socket))
    const frontend = await frontendAt('TCP', ruleFor([echo.target]))
    await plane.open(frontend)
    const client = connect({ host: frontend.address, port: frontend.port, allowHalfOpen: true })
    client.pause()
    client.end(sent)
    await standstill(() => echo.sockets[0]?.bytesWritten ?? 0)
    const received: Buffer[] = []
    for await (const bytes of client) received.push(bytes as Buffer)
    expect(Buffer.concat(received).equals(sent)).toBe(true)
  })

  test('carries many small answers past a reader who stops', async () => {
    const { plane } = startPlane()
    const line = Buffer.alloc(1_000, 'x')
    let written = 0
    const source = await tcpBackend('source', (socket) => {
      const more = (): void => {
        let room = true
        for (; room && written < MORE_THAN_KERNELS_HOLD; written += line.length) room = socket.write(line)
        if (written >= MORE_THAN_KERNELS_HOLD) socket.end()
      }
      socket.on('drain', more)
      more()
    })
    const frontend = await frontendAt('TCP', ruleFor([source.target]))
    await plane.open(frontend)
    const client = connect({ host: frontend.address, port: frontend.port })
    client.pause()
    await standstill(() => source.sockets[0]?.bytesWritten ?? 0)
    let received = 0
    for await (const bytes of client) received += (bytes as Buffer).length
    expect(received).toBe(written)
  })

  test('passes on the end of one direction and keeps the other open', async () => {
    const { plane } = startPlane()
    const late = await tcpBackend('late', (socket) => {
      let heard = ''
      socket.on('data', (bytes) => (heard += String(bytes)))
      socket.on('end', () => socket.end(`heard ${heard}`))
    })
    const early = await tcpBackend('early', (socket) => {
      socket.end('bye')
      socket.resume()
    })
    const toLate = await frontendAt('TCP', ruleFor([late.target]))
    const toEarly = await frontendAt('TCP', ruleFor([early.target]))
    await plane.open(toLate)
    await plane.open(toEarly)
    const client = tcpClient(toLate, { allowHalfOpen: true })
    client.socket.end('question')
    await until(() => client.ended() !== undefined)
    expect([client.text(), client.ended()]).toEqual(['heard question', 'end'])

    const other = tcpClient(toEarly, { allowHalfOpen: true })
    await until(() => other.ended() !== undefined)
    other.socket.end('still here')
    await until(() => early.sockets[0]?.bytesRead === 'still here'.length)
    await until(() => plane.states().every(({ connections }) => connections === 0))
  })

  test('passes a reset on, to either side', async () => {
    const { plane } = startPlane()
    const a = await tcpBackend('a')
    const frontend = await frontendAt('TCP', ruleFor([a.target]))
    await plane.open(frontend)
    const first = await openClient(frontend)
    a.sockets[0]?.resetAndDestroy()
    await until(() => first.ended() !== undefined)
    expect(first.ended()).toBe(RESET)

    const second = await openClient(frontend)
    let code: string | undefined
    a.sockets[1]?.on('error', (error: Error & { code?: string }) => (code = error.code))
    second.socket.resetAndDestroy()
    await until(() => code !== undefined)
    expect(code).toBe(RESET)
    await until(() => plane.states()[0]?.connections === 0)
  })

  test('tries another backend when one does not answer, until one does', async () => {
    const { plane } = startPlane()
    const a = await tcpBackend('a')
    const frontend = await frontendAt('TCP', ruleFor([await deadTarget('dead 1'), await deadTarget('dead 2'), a.target]))
    await plane.open(frontend)
    for (let i = 0; i < 4; i++) expect(await whoAnswers(frontend)).toBe('a')
  })

  test('resets the client when no backend answers', async () => {
    const { plane } = startPlane()
    const frontend = await frontendAt('TCP', ruleFor([await deadTarget('dead 1'), await deadTarget('dead 2')]))
    await plane.open(frontend)
    expect(await whoAnswers(frontend)).toBe(RESET)
    await until(() => plane.states()[0]?.connections === 0)
  })

  test('gives up on a backend that stays silent while there is another', async () => {
    const { plane, clock } = startPlane()
    const a = await tcpBackend('a')
    const never = { name: 'silent', via: { kind: 'stream', dial: () => new Promise<never>(() => undefined) } } as const
    const frontend = await frontendAt('TCP', ruleFor([never, a.target]))
    await plane.open(frontend)
    const client = tcpClient(frontend)
    await until(() => plane.states()[0]?.connections === 1)
    await clock.advance(2_500)
    await until(() => client.text() !== '' || client.ended() !== undefined)
    expect(client.text()).toBe('a\n')
  })

  test('leaves out a backend after three failures in a row, longer each time, and never the last', async () => {
    const { plane, clock } = startPlane()
    const a = await tcpBackend('a')
    const dead = await deadTarget('dead')
    const frontend = await frontendAt('TCP', ruleFor([dead, a.target]))
    await plane.open(frontend)
    const ejection = (): number | undefined => {
      const end = plane.states()[0]?.targets[0]?.ejectedUntil
      return end === undefined ? undefined : end - clock.now()
    }
    while (ejection() === undefined) expect(await whoAnswers(frontend)).toBe('a')
    expect(ejection()).toBe(5_000)
    await clock.advance(5_000)
    while (ejection() === undefined || ejection()! <= 0) await whoAnswers(frontend)
    expect(ejection()).toBe(10_000)

    await plane.change(frontend.key, ruleFor([dead]))
    for (let i = 0; i < 5; i++) expect(await whoAnswers(frontend)).toBe(RESET)
    expect(plane.states()[0]?.listening).toBe(true)
  })

  test('lets connections to a target that left go on until the drain time is over', async () => {
    const { plane, clock } = startPlane()
    const [a, b] = [await tcpBackend('a'), await tcpBackend('b')]
    const frontend = await frontendAt('TCP', ruleFor([a.target]))
    await plane.open(frontend)
    const old = await openClient(frontend)
    await plane.change(frontend.key, ruleFor([b.target]))
    expect(await whoAnswers(frontend)).toBe('b')
    await clock.advance(29_000)
    expect(await echoes(old)).toBe(true)
    await clock.advance(1_500)
    await until(() => old.ended() !== undefined)
    expect(old.ended()).toBe(RESET)
    expect(plane.states()[0]?.targets.map(({ name }) => name)).toEqual(['b'])
  })

  test('stops listening at once when closed, drains, and may be opened again meanwhile', async () => {
    const { plane, clock } = startPlane()
    const a = await tcpBackend('a')
    const frontend = await frontendAt('TCP', ruleFor([a.target]))
    await plane.open(frontend)
    const client = await openClient(frontend)
    await plane.close(frontend.key)
    expect(await whoAnswers(frontend)).toBe(REFUSED)
    expect(plane.states()).toEqual([])
    await plane.open(frontend)
    expect(await whoAnswers(frontend)).toBe('a')
    expect(await echoes(client)).toBe(true)
    await clock.advance(31_000)
    await until(() => client.ended() !== undefined)
    expect(client.ended()).toBe(RESET)
  })

  const live: readonly (readonly [string, Partial<Rule>])[] = [
    ['scheduler', { scheduler: 'lc' }],
    ['affinity', { affinity: { kind: 'client-ip', timeoutSeconds: 10 } }],
    ['source ranges that hold the client', { sourceRanges: ['127.0.0.0/8'] }],
    ['PROXY protocol', { proxyProtocol: 'v2' }],
    ['idle time-out', { idleTimeoutSeconds: 60 }],
  ]
  test.each(live)('cuts nobody when the rule changes: %s', async (_name, change) => {
    const { plane } = startPlane()
    const a = await tcpBackend('a')
    const frontend = await frontendAt('TCP', ruleFor([a.target]))
    await plane.open(frontend)
    const client = await openClient(frontend)
    await plane.change(frontend.key, ruleFor([a.target], change))
    expect(await echoes(client)).toBe(true)
  })

  test('admits only clients within the source ranges, and cuts those whom a narrower list shuts out', async () => {
    const { plane } = startPlane()
    const a = await tcpBackend('a')
    const frontend = await frontendAt('TCP', ruleFor([a.target], { sourceRanges: ['127.0.0.4/30'] }))
    await plane.open(frontend)
    expect(await whoAnswers(frontend, '127.0.0.5')).toBe('a')
    expect(await whoAnswers(frontend, '127.0.0.9')).toBe(RESET)
    expect(a.sockets).toHaveLength(1)
    await plane.change(frontend.key, ruleFor([a.target]))
    const [inside, outside] = [await openClient(frontend, '127.0.0.5'), await openClient(frontend, '127.0.0.9')]
    await plane.change(frontend.key, ruleFor([a.target], { sourceRanges: ['127.0.0.5/32'] }))
    await until(() => outside.ended() !== undefined)
    expect(outside.ended()).toBe(RESET)
    expect(await echoes(inside)).toBe(true)
  })

  test('keeps a client at its backend until he was away for the time-out, and no longer than the backend stays', async () => {
    const { plane, clock } = startPlane()
    const backends = [await tcpBackend('a'), await tcpBackend('b'), await tcpBackend('c')]
    const targets = backends.map(({ target }) => target)
    const sticky = { affinity: { kind: 'client-ip', timeoutSeconds: 100 } } as const
    const frontend = await frontendAt('TCP', ruleFor(targets, sticky))
    await plane.open(frontend)
    const ask = (): Promise<string> => whoAnswers(frontend, '127.0.0.5')
    expect([await ask(), await whoAnswers(frontend, '127.0.0.6')]).toEqual(['a', 'b'])
    await clock.advance(90_000)
    expect(await ask()).toBe('a')
    await plane.change(frontend.key, ruleFor(targets, { ...sticky, scheduler: 'lc' }))
    await clock.advance(90_000)
    expect(await ask()).toBe('a')
    await plane.change(frontend.key, ruleFor(targets.slice(1), sticky))
    const next = await ask()
    expect(['b', 'c']).toContain(next)
    await plane.change(frontend.key, ruleFor(targets, sticky))
    expect([await ask(), await ask()]).toEqual([next, next])
    await plane.change(frontend.key, ruleFor(targets))
    expect(new Set([await ask(), await ask(), await ask()]).size).toBe(3)
  })

  test('tells the backend who the client is when asked to', async () => {
    const { plane } = startPlane()
    const headers: Buffer[] = []
    const a = await tcpBackend('a', (socket) => socket.once('data', (bytes: Buffer) => headers.push(bytes)))
    const frontend = await frontendAt('TCP', ruleFor([a.target], { proxyProtocol: 'v1' }))
    await plane.open(frontend)
    const first = tcpClient(frontend, { from: '127.0.0.5' })
    await until(() => headers.length === 1)
    expect(headers[0]?.toString()).toBe(`PROXY TCP4 127.0.0.5 127.0.0.1 ${first.socket.localPort} ${frontend.port}\r\n`)
    await plane.change(frontend.key, ruleFor([a.target], { proxyProtocol: 'v2' }))
    const second = tcpClient(frontend, { from: '127.0.0.5' })
    await until(() => headers.length === 2)
    const ports = Buffer.alloc(4)
    ports.writeUInt16BE(second.socket.localPort ?? 0, 0)
    ports.writeUInt16BE(frontend.port, 2)
    expect(headers[1]?.toString('hex')).toBe(`0d0a0d0a000d0a515549540a2111000c7f0000057f000001${ports.toString('hex')}`)
  })

  test('reaches a target through a stream that somebody else opens', async () => {
    const { plane } = startPlane()
    const opened: PassThrough[] = []
    const dial = async (): Promise<PassThrough> => {
      const stream = new PassThrough()
      opened.push(stream)
      return stream
    }
    const frontend = await frontendAt('TCP', ruleFor([{ name: 'forwarded', via: { kind: 'stream', dial } }]))
    await plane.open(frontend)
    const client = tcpClient(frontend)
    expect(await echoes(client, 'through the stream')).toBe(true)
    const other = tcpClient(frontend)
    expect(await echoes(other)).toBe(true)
    opened[0]?.destroy(new Error('lost'))
    opened[1]?.destroy()
    await until(() => client.ended() !== undefined && other.ended() !== undefined)
    expect([client.ended(), other.ended()]).toEqual([RESET, RESET])
  })

  test('leaves a target out whose streams break off before they answer', async () => {
    const { plane } = startPlane()
    const a = await tcpBackend('a')
    const dial = async (): Promise<PassThrough> => {
      const stream = new PassThrough()
      setImmediate(() => stream.destroy(new Error('connection refused')))
      return stream
    }
    const frontend = await frontendAt('TCP', ruleFor([{ name: 'broken', via: { kind: 'stream', dial } }, a.target]))
    await plane.open(frontend)
    const isOut = (): boolean => plane.states()[0]?.targets.some(({ name, ejectedUntil }) => name === 'broken' && ejectedUntil !== undefined) === true
    const answers: string[] = []
    while (!isOut()) answers.push(await whoAnswers(frontend))
    expect(answers.filter((answer) => answer !== 'a')).toHaveLength(3)
    for (let i = 0; i < 3; i++) expect(await whoAnswers(frontend)).toBe('a')
  })

  test('finds backends where the network map says', async () => {
    const { plane } = startPlane({ networkMap: parseNetworkMap(['10.244.0.0/16=127.0.0.0/16']) })
    const a = await tcpBackend('a', undefined, { address: '127.0.1.7' })
    const frontend = await frontendAt('TCP', ruleFor([targetAt('a', '10.244.1.7', a.port)]))
    await plane.open(frontend)
    expect(await whoAnswers(frontend)).toBe('a')
  })

  test('cuts a connection that is silent for the idle time-out, and no other', async () => {
    const { plane, clock } = startPlane()
    const a = await tcpBackend('a')
    const frontend = await frontendAt('TCP', ruleFor([a.target], { idleTimeoutSeconds: 10 }))
    await plane.open(frontend)
    const [idle, busy] = [await openClient(frontend), await openClient(frontend)]
    await clock.advance(9_000)
    expect(idle.ended()).toBeUndefined()
    expect(await echoes(busy)).toBe(true)
    await clock.advance(2_500)
    await until(() => idle.ended() !== undefined)
    expect(await echoes(busy)).toBe(true)
  })

  test('refuses clients beyond the limit of open connections until there is room', async () => {
    const { plane } = startPlane({ limits: { maxConnections: 3 } })
    const a = await tcpBackend('a')
    const frontend = await frontendAt('TCP', ruleFor([a.target]))
    await plane.open(frontend)
    const clients = [await openClient(frontend), await openClient(frontend), await openClient(frontend)]
    expect(await whoAnswers(frontend)).toBe(REFUSED)
    expect(await echoes(clients[2]!)).toBe(true)
    clients[0]!.socket.destroy()
    await until(() => plane.states()[0]?.listening === true)
    expect(await whoAnswers(frontend)).toBe('a')
  })

  test('says why it cannot listen, leaves nothing behind, and listens later when it had to reopen', async () => {
    const { plane, clock } = startPlane()
    const a = await tcpBackend('a')
    const holder = await tcpBackend('holder')
    const taken = { key: 'k', address: '127.0.0.1', port: holder.port, protocol: 'TCP', rule: ruleFor([a.target]) } as const
    const error = await plane.open(taken).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(BindError)
    expect(error).toMatchObject({ code: 'EADDRINUSE', address: '127.0.0.1', port: holder.port })
    expect(plane.states()).toEqual([])
    expect(clock.pending).toBe(0)

    await plane.open({ ...taken, rule: ruleFor([]) })
    await expect(plane.change('k', ruleFor([a.target]))).rejects.toMatchObject({ code: 'EADDRINUSE' })
    expect(plane.states()).toMatchObject([{ listening: false, lost: true }])
    await holder.close()
    await clock.advance(2_500)
    await until(() => plane.states()[0]?.listening === true)
    expect(plane.states()).toMatchObject([{ lost: false }])
    expect(await whoAnswers(taken)).toBe('a')
  })

  test('tells once that somebody took its port while it was closed, and has it back when it is free', async () => {
    const { plane, clock } = startPlane({ limits: { maxConnections: 1 } })
    const reported: string[] = []
    plane.onLost((key) => reported.push(key))
    const a = await tcpBackend('a')
    const frontend = await frontendAt('TCP', ruleFor([a.target]))
    await plane.open(frontend)
    const client = await openClient(frontend)
    expect(plane.states(), 'closed on purpose is not lost').toMatchObject([{ listening: false, lost: false }])
    const thief = await tcpBackend('thief', undefined, frontend)
    client.socket.destroy()
    await until(() => reported.length > 0)
    await clock.advance(10_000)
    expect(reported).toEqual([frontend.key])
    expect(plane.states()).toMatchObject([{ listening: false, lost: true }])
    await thief.close()
    await clock.advance(2_500)
    await until(() => plane.states()[0]?.listening === true)
    expect(plane.states()).toMatchObject([{ lost: false }])
    expect(await whoAnswers(frontend)).toBe('a')
  })

  test('leaves no socket and no timer after a shutdown', async () => {
    const { plane, clock } = startPlane()
    const a = await tcpBackend('a')
    const frontend = await frontendAt('TCP', ruleFor([a.target]))
    await plane.open(frontend)
    const client = await openClient(frontend)
    await plane.shutdown()
    await until(() => client.ended() !== undefined)
    expect(await whoAnswers(frontend)).toBe(REFUSED)
    expect(clock.pending).toBe(0)
    expect(await freePort()).toBeGreaterThan(0)
  })
})
