/**
 * The local balancer's data plane alone in a process, as the bench measures it: `node balancer.ts TCP_PORT TCP_BACKEND UDP_PORT UDP_BACKEND`. Says `ready` when it serves, and ends
 * with its standard input: it never outlives who started it.
 */
import { createDataPlane } from '../../../providers/local/balancer/plane.ts'
import { systemClock } from '../../../src/model/clock.ts'
import { ruleFor, targetAt } from '../../unit/local/balancer/rule.ts'

const [tcpPort = 0, tcpBackend = 0, udpPort = 0, udpBackend = 0] = process.argv.slice(2).map(Number)

const plane = createDataPlane({ clock: systemClock, random: Math.random })
await plane.open({
  key: 'tcp',
  address: '127.0.0.1',
  port: tcpPort,
  protocol: 'TCP',
  rule: ruleFor([targetAt('backend', '127.0.0.1', tcpBackend)], { idleTimeoutSeconds: 60 }),
})
await plane.open({
  key: 'udp',
  address: '127.0.0.1',
  port: udpPort,
  protocol: 'UDP',
  rule: ruleFor([targetAt('backend', '127.0.0.1', udpBackend)], { idleTimeoutSeconds: 60 }),
})
process.stdin.resume().once('end', () => process.exit(0))
console.log('ready')
