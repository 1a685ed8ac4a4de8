/**
 * The local balancer's data plane alone in a process, as the bench measures it: `node balancer.ts TCP_PORT TCP_BACKEND UDP_PORT UDP_BACKEND`. Says `ready` when it serves, and ends
 * with its standard input: it never outlives who started it.
 */
import { createDataPlane } from '../../../providers/local/balancer/plane.ts'
import type { Rule } from '../../../providers/local/balancer/data-plane.ts'
import { systemClock } from '../../../src/model/clock.ts'

const [tcpPort = 0, tcpBackend = 0, udpPort = 0, udpBackend = 0] = process.argv.slice(2).map(Number)

function ruleTo(port: number): Rule {
  return {
    targets: [{ name: 'backend', via: { kind: 'address', ip: '127.0.0.1', port } }],
    scheduler: 'rr',
    affinity: { kind: 'none' },
    proxyProtocol: 'off',
    healthCheck: { protocol: 'none', port: 'traffic', from: 'traffic port' },
    idleTimeoutSeconds: 60,
    drainTimeoutSeconds: 30,
  }
}

const plane = createDataPlane({ clock: systemClock, random: Math.random })
await plane.open({ key: 'tcp', address: '127.0.0.1', port: tcpPort, protocol: 'TCP', rule: ruleTo(tcpBackend) })
await plane.open({ key: 'udp', address: '127.0.0.1', port: udpPort, protocol: 'UDP', rule: ruleTo(udpBackend) })
process.stdin.resume().once('end', () => process.exit(0))
console.log('ready')
