/**
 * A UDP port of the local balancer in a process of its own, before a backend that hears and never answers. Sends where it listens, and at each message the number
 * of flows that it keeps.
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createDataPlane } from '../../../providers/local/balancer/plane.ts'
import { systemClock } from '../../../src/model/clock.ts'
import { ruleFor, targetAt } from '../../unit/local/balancer/rule.ts'

async function bound(): Promise<ReturnType<typeof createSocket>> {
  const socket = createSocket('udp4').bind({ address: '127.0.0.1', port: 0 })
  await once(socket, 'listening')
  return socket
}

const silent = await bound()
const free = await bound()
const { address, port } = free.address()
await new Promise<void>((resolve) => free.close(() => resolve()))
const plane = createDataPlane({ clock: systemClock, random: Math.random })
await plane.open({
  key: 'udp',
  address,
  port,
  protocol: 'UDP',
  rule: ruleFor([targetAt('backend', '127.0.0.1', silent.address().port)], { idleTimeoutSeconds: 60 }),
})
process.on('message', () => process.send?.(plane.states()[0]?.connections ?? 0))
globalThis.gc?.()
process.send?.({ address, port })
