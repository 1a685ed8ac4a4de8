/** What a flood of UDP from many sources costs the local balancer in memory, while nobody behind it answers. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { fork } from 'node:child_process'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Benchmark } from './benchmark.ts'
import { residentOf } from './memory/resident.ts'

const SOURCES = 10_000
const AT_A_TIME = 1_000
const DATAGRAMS = 8
const BYTES = 1_400

interface Place {
  readonly address: string
  readonly port: number
}

export const benchmark: Benchmark = {
  name: 'udp-flood',
  what: `${SOURCES} sources send ${DATAGRAMS} datagrams of ${BYTES} bytes each to one UDP port of the local balancer, and no backend answers: the memory that its process takes for it.`,
  async run(say) {
    const balancer = fork(fileURLToPath(new URL('data-plane/udp-balancer.ts', import.meta.url)), { execArgv: ['--expose-gc'] })
    try {
      const [place] = (await once(balancer, 'message')) as [Place]
      const pid = balancer.pid ?? 0
      const before = residentOf(pid)
      const began = performance.now()
      for (let sent = 0; sent < SOURCES; sent += AT_A_TIME) await flood(place)
      const seconds = (performance.now() - began) / 1000
      balancer.send('count')
      const [flows] = (await once(balancer, 'message')) as [number]
      const after = residentOf(pid)
      say(`${before.now.toFixed(1)} MiB before, at most ${after.peak.toFixed(1)} MiB; ${flows} flows at the end`)
      return {
        figures: [
          {
            name: 'resident memory at the most, more than before',
            value: after.peak - before.now,
            unit: 'MiB',
            target: { under: 64 },
            beside: { name: 'all that was sent', value: (SOURCES * DATAGRAMS * BYTES) / 2 ** 20 },
          },
          { name: 'flows that are kept at the end', value: flows, unit: '', beside: { name: 'sources', value: SOURCES } },
        ],
        notes: [
          `Sent in ${seconds.toFixed(1)} s over loopback by another process; datagrams that the system drops meanwhile cost nothing. The balancer is started with its defaults.`,
        ],
      }
    } finally {
      balancer.kill()
    }
  },
}

async function flood({ address, port }: Place): Promise<void> {
  const sockets: Socket[] = []
  for (let i = 0; i < AT_A_TIME; i++) sockets.push(createSocket('udp4'))
  const datagram = Buffer.alloc(BYTES, 'x')
  for (let round = 0; round < DATAGRAMS; round++) {
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.send(datagram, port, address, resolve))))
    await setImmediate()
  }
  await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(resolve))))
}
