/** The cluster's DNS as a client reaches it: packets over UDP and TCP. */
import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type Answer, decode, encode, type Packet } from 'dns-packet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Dns, startDns } from '../../../../emulators/dns/index.ts'
import { type ApiServer, startApiServer } from '../../../../emulators/kubernetes/index.ts'
import { RESOURCES } from '../../../../emulators/kubernetes/resources/index.ts'
import { service, slice } from './objects.ts'

let server: ApiServer
let dns: Dns

beforeAll(async () => {
  server = await startApiServer({ resources: RESOURCES })
  const { spec } = service('many', { clusterIP: 'None' })
  server.cluster.create('services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'many', namespace: 'default' }, spec })
  for (let set = 0; set < 2; set++) {
    const endpoints = Array.from({ length: 1000 }, (_, i) => ({ addresses: [`10.${set + 1}.${Math.floor(i / 250)}.${(i % 250) + 1}`] }))
    const { metadata, ...rest } = slice('many', endpoints)
    const draft = { metadata: { name: `many-${set}`, namespace: 'default', labels: metadata.labels ?? {} }, ...rest }
    server.cluster.create('endpointslices', { ...draft, apiVersion: 'discovery.k8s.io/v1' })
  }
  dns = await startDns({ cluster: server.cluster, port: 0 })
})
afterAll(async () => {
  await dns.close()
  await server.close()
})

const MANY = 'many.default.svc.cluster.local'
const KUBERNETES = 'kubernetes.default.svc.cluster.local'
const OPT = { type: 'OPT', name: '.', udpPayloadSize: 4096, extendedRcode: 0, ednsVersion: 0, flags: 0, flag_do: false, options: [] } satisfies Answer

function query(name: string, more: Partial<Packet> = {}): Buffer {
  return encode({ type: 'query', id: 7, flags: 0x1_00, questions: [{ name, type: 'A' }], ...more })
}

/** The first reply to any of them. */
async function sent(...messages: readonly Buffer[]): Promise<Buffer> {
  const socket = createSocket('udp4')
  for (const message of messages) socket.send(message, dns.port, dns.ip)
  const [reply] = (await once(socket, 'message')) as [Buffer]
  socket.close()
  return reply
}

const rcodeOf = (reply: Buffer): number => (reply[3] ?? 0) & 0b1111
const isTruncated = (reply: Buffer): boolean => ((reply[2] ?? 0) & 0b10) !== 0
const framed = (message: Buffer): Buffer => Buffer.concat([Buffer.from([message.length >> 8, message.length & 255]), message])

function connected(): Socket {
  return connect({ host: dns.ip, port: dns.port })
}

/** Reads until there are so many replies. */
async function replies(socket: Socket, count: number): Promise<readonly Buffer[]> {
  let rest = Buffer.alloc(0)
  const found: Buffer[] = []
  for await (const chunk of socket) {
    rest = Buffer.concat([rest, chunk as Buffer])
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
      const end = 2 + rest.readUInt16BE(0)
      found.push(rest.subarray(2, end))
      rest = rest.subarray(end)
    }
    if (found.length >= count) break
  }
  return found
}

describe('over UDP', () => {
  test('an answer repeats the id and the question', async () => {
    const reply = decode(await sent(query(KUBERNETES)))
    expect(reply).toMatchObject({ id: 7, type: 'response', questions: [{ name: KUBERNETES, type: 'A' }], answers: [{ data: '10.96.0.1', ttl: 5 }] })
  })

  test('what does not fit is cut to 512 bytes and marked; with EDNS to 1232', async () => {
    const [plain, extended] = [await sent(query(MANY)), await sent(query(MANY, { additionals: [OPT] }))]
    expect([isTruncated(plain), plain.length <= 512, isTruncated(extended), extended.length > 512 && extended.length <= 1232]).toEqual([true, true, true, true])
    expect(decode(extended).additionals).toMatchObject([{ type: 'OPT' }])
  })

  test('what cannot be read, and answers, are not replied to', async () => {
    const truncated = query(KUBERNETES).subarray(0, 20)
    const loop = Buffer.concat([query('.').subarray(0, 12), Buffer.from([0xc0, 12, 0, 1, 0, 1])])
    const answerOfAnother = encode({ type: 'response', id: 8, questions: [{ name: KUBERNETES, type: 'A' }] })
    const reply = await sent(Buffer.alloc(0), Buffer.from('hello'), truncated, loop, answerOfAnother, query(KUBERNETES, { id: 9 }))
    expect(decode(reply).id, 'the first that is replied to').toBe(9)
  })

  test.each<readonly [string, Buffer, number]>([
    ['no question: FORMERR', encode({ type: 'query', id: 7, questions: [] }), 1],
    ['two questions: FORMERR', query(KUBERNETES, { questions: [1, 2].map(() => ({ name: KUBERNETES, type: 'A' })) }), 1],
    ['an update: NOTIMP', query(KUBERNETES, { flags: 5 << 11 }), 4],
    ['another class: REFUSED', query(KUBERNETES, { questions: [{ name: 'version.bind', type: 'TXT', class: 'CH' }] }), 5],
    ['a later version of EDNS: BADVERS', query(KUBERNETES, { additionals: [{ ...OPT, ednsVersion: 1 }] }), 0],
  ])('%s', async (_, message, rcode) => {
    const reply = await sent(message)
    expect([rcodeOf(reply), decode(reply).answers]).toEqual([rcode, []])
  })
})

describe('over TCP', () => {
  test('the answer that did not fit, as a resolver asks again', async () => {
    const resolver = new Resolver()
    resolver.setServers([`${dns.ip}:${dns.port}`])
    const addresses = await resolver.resolve4(MANY)
    expect(addresses.length, 'as many as 64 KiB hold').toBeGreaterThan(1000)
  })

  test('several questions at once, in pieces', async () => {
    const socket = connected()
    const all = Buffer.concat([1, 2, 3].map((id) => framed(query(KUBERNETES, { id }))))
    socket.write(all.subarray(0, 21))
    await once(socket, 'connect')
    socket.end(all.subarray(21))
    expect((await replies(socket, 4)).map((reply) => decode(reply).id)).toEqual([1, 2, 3])
  })

  test('a query that is too long, or cannot be read, ends the connection', async () => {
    for (const message of [Buffer.from([0xff, 0xff]), framed(Buffer.from('hello'))]) {
      const socket = connected()
      socket.write(message)
      expect(await replies(socket, 1)).toEqual([])
    }
  })
})

test('a change is answered at once', async () => {
  const [name, domain] = ['late', 'late.default.svc.cluster.local']
  expect(rcodeOf(await sent(query(domain)))).toBe(3)
  const spec = { clusterIP: '10.96.7.7', ports: [{ port: 80 }] }
  server.cluster.create('services', { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec })
  expect(decode(await sent(query(domain))).answers).toMatchObject([{ data: '10.96.7.7' }])
  server.cluster.delete('services', { namespace: 'default', name })
  expect(rcodeOf(await sent(query(domain)))).toBe(3)
})

test('a port that is taken is refused, and the next server takes it when it is free', async () => {
  const first = await startDns({ cluster: server.cluster, port: 0 })
  await expect(startDns({ cluster: server.cluster, port: first.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await first.close()
  const second = await startDns({ cluster: server.cluster, port: first.port })
  expect(second.port).toBe(first.port)
  await second.close()
})
