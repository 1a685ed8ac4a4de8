/** What one process may use up, and that nobody can use up what others need: connections, flows, bytes, comparisons of source ranges. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import { FlowTable } from '../../../../providers/local/balancer/flow-table.ts'
import { Shares } from '../../../../providers/local/balancer/shares.ts'
import { RangeSets } from '../../../../providers/local/balancer/source-ranges.ts'
import { frontendAt, openClient, startPlane, tcpBackend, udpBackend, udpClient, until, whoAnswers } from './network.ts'
import { ruleFor } from './rule.ts'

const REFUSED = 'ECONNREFUSED'

describe('a shared bound', () => {
  test('leaves one alone nine tenths, and a newcomer something of the last one', () => {
    const shares = new Shares(100)
    while (!shares.isUsedUp('greedy')) shares.take('greedy')
    expect(shares.of('greedy')).toBe(90)
    expect(shares.isUsedUp('newcomer')).toBe(false)
  })

  test.each([1, 2, 10, 50])('that %i greedy ones fill in turn leaves a newcomer room', (owners) => {
    const shares = new Shares(1_000)
    const all = Array.from({ length: owners }, (_, i) => `greedy-${i}`)
    while (!all.every((owner) => shares.isUsedUp(owner))) for (const owner of all) if (!shares.isUsedUp(owner)) shares.take(owner)
    expect(shares.total).toBeLessThan(1_000)
    expect(shares.isUsedUp('newcomer')).toBe(false)
  })
})

test('a Service with its share of the connections refuses its own clients, and its neighbour serves on', async () => {
  const refusals: string[] = []
  const { plane } = startPlane({ limits: { maxConnections: 20 }, counts: { fault: () => undefined, refusal: (cause) => void refusals.push(cause) } })
  const a = await tcpBackend('a')
  const [first, second] = [await frontendAt('TCP', ruleFor([a.target])), await frontendAt('TCP', ruleFor([a.target]))]
  const other = await frontendAt('TCP', ruleFor([a.target]))
  await plane.open({ ...first, owner: 'greedy' })
  await plane.open({ ...second, owner: 'greedy' })
  await plane.open({ ...other, owner: 'neighbour' })
  const clients = []
  for (let i = 0; i < 18; i++) clients.push(await openClient(i % 2 === 0 ? first : second))
  expect([await whoAnswers(first), await whoAnswers(second), await whoAnswers(other)]).toEqual([REFUSED, REFUSED, 'a'])
  expect(refusals).toEqual(['connections'])
  for (const { socket } of clients.splice(0, 4)) socket.destroy()
  await until(() => plane.states().every(({ listening }) => listening))
  expect([await whoAnswers(first), await whoAnswers(second)]).toEqual(['a', 'a'])
})

describe('UDP', () => {
  test('flows of a Service beyond its share cost its own flows, never a neighbour’s', async () => {
    const { plane } = startPlane({ limits: { maxFlows: 40 } })
    const a = await udpBackend('a')
    const silent = createSocket('udp4').bind({ address: '127.0.0.1', port: 0 })
    await once(silent, 'listening')
    onTestFinished(() => void silent.close())
    const target = { ...a.target, name: 'silent', via: { kind: 'address', ip: '127.0.0.1', port: silent.address().port } } as const
    const [flooded, other] = [await frontendAt('UDP', ruleFor([target])), await frontendAt('UDP', ruleFor([a.target]))]
    await plane.open({ ...flooded, owner: 'flooded' })
    await plane.open({ ...other, owner: 'neighbour' })
    const neighbours = [await udpClient(other), await udpClient(other)]
    for (const client of neighbours) await client.ask('before')
    for (let i = 0; i < 100; i++) (await udpClient(flooded)).send('flood')
    await until(() => (plane.states()[0]?.connections ?? 0) >= 30)
    for (const client of neighbours) expect(await client.ask('after')).toBe('a after')
    expect(plane.states()[0]?.connections).toBeLessThanOrEqual(36)
    expect(plane.states()[1]?.connections).toBe(2)
  })

  test('an answered flow outlives the flows of a flood that nobody answers', async () => {
    const { plane } = startPlane({ limits: { maxFlows: 20 } })
    const socket = createSocket('udp4').bind({ address: '127.0.0.1', port: 0 })
    await once(socket, 'listening')
    onTestFinished(() => void socket.close())
    socket.on('message', (bytes, from) => bytes.toString() === 'flood' || socket.send(`${from.port}`, from.port, from.address))
    const target = { name: 'picky', via: { kind: 'address', ip: '127.0.0.1', port: socket.address().port } } as const
    const frontend = await frontendAt('UDP', ruleFor([target]))
    await plane.open(frontend)
    const known = await udpClient(frontend)
    const flow = await known.ask('hello')
    for (let i = 0; i < 60; i++) (await udpClient(frontend)).send('flood')
    await until(() => (plane.states()[0]?.connections ?? 0) >= 15)
    expect(await known.ask('still the same flow'), 'the same socket towards the backend').toBe(flow)
  })

  const flow = (owner: string) => {
    const it = { owner, kept: 0, isCut: false, cut: () => void (it.isCut = true), forget: () => void (it.kept = 0) }
    return it
  }

  test('keeps no more bytes of unanswered datagrams than the process may, the oldest go first', () => {
    const table = new FlowTable({ maxFlows: 1_000, maxKeptBytes: 1_000 })
    const flows = Array.from({ length: 100 }, (_, i) => flow(`owner-${i % 3}`))
    for (const one of flows) {
      table.begin(one)
      for (let i = 0; i < 2; i++) if (table.keep(one, 50)) one.kept += 50
      expect(flows.reduce((sum, { kept }) => sum + kept, 0)).toBeLessThanOrEqual(1_000)
    }
    expect(flows.map(({ kept }) => kept)).toEqual([...Array.from({ length: 90 }, () => 0), ...Array.from({ length: 10 }, () => 100)])
    expect(table.keep(flows[0]!, 1_001)).toBe(false)
  })

  test('gives back what is answered or ended', () => {
    const table = new FlowTable({ maxFlows: 10, maxKeptBytes: 100 })
    const [answered, ended, next] = [flow('a'), flow('a'), flow('a')]
    for (const one of [answered, ended, next]) table.begin(one)
    for (const one of [answered, ended]) {
      table.keep(one, 50)
      one.kept = 50
    }
    table.answered(answered)
    table.ended(ended)
    expect(table.keep(next, 100)).toBe(true)
    expect([answered.kept, ended.kept], 'nobody had to forget').toEqual([50, 50])
  })
})

describe('source ranges', () => {
  const many = Array.from({ length: 5_000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/25`)

  test('that are equal are compiled once, whoever brings them', () => {
    const sets = new RangeSets()
    expect(sets.of([...many])).toBe(sets.of([...many]))
    expect(sets.of(many.slice(1))).not.toBe(sets.of(many))
    expect(sets.of(['10.0.0.0/8', '11.0.0.0/8'])).not.toBe(sets.of(['11.0.0.0/8', '10.0.0.0/8', '12.0.0.0/8']))
  })

  test('of both families are searched in a time that hardly grows with the list', () => {
    const six = Array.from({ length: 5_000 }, (_, i) => `2001:db8:${i.toString(16)}::/49`)
    const admits = new RangeSets().of([...many, ...six])
    expect([admits('10.3.7.127'), admits('10.3.7.128'), admits('2001:db8:7::1'), admits('2001:db8:7:8000::1'), admits('x')]).toEqual([
      true,
      false,
      true,
      false,
      false,
    ])
  })
})
