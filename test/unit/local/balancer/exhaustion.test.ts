import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { echoes, freePort, openClient, tcpBackend, tcpClient, until, udpBackend, udpClient, whoAnswers } from './network.ts'

const BALANCER = join(import.meta.dirname, '../../../bench/data-plane/balancer.ts')

test.skipIf(process.platform === 'win32')(
  'a process without file descriptors refuses clients, keeps those it has, and recovers when some are free',
  async () => {
    const [tcp, udp] = [await tcpBackend('a'), await udpBackend('a')]
    const [tcpPort, udpPort] = [await freePort(), await freePort()]
    const ports = [tcpPort, tcp.port, udpPort, udp.port].join(' ')
    const balancer = spawn('sh', ['-c', `ulimit -n 64 && exec '${process.execPath}' '${BALANCER}' ${ports}`], { stdio: ['pipe', 'pipe', 'inherit'] })
    onTestFinished(() => void balancer.kill('SIGKILL'))
    await once(balancer.stdout, 'data')
    const place = { address: '127.0.0.1', port: tcpPort }

    const first = await openClient(place)
    const crowd = Array.from({ length: 100 }, () => tcpClient(place))
    await until(() => crowd.every((client) => client.text() !== '' || client.ended() !== undefined))
    expect(crowd.some((client) => client.ended() !== undefined)).toBe(true)
    const asker = await udpClient({ address: '127.0.0.1', port: udpPort })
    asker.send('while there is nothing left')
    expect(await echoes(first)).toBe(true)

    for (const { socket } of crowd) socket.destroy()
    let answer = ''
    while (answer !== 'a') {
      await setTimeout(20)
      answer = await whoAnswers(place)
    }
    while (!asker.replies.some(({ text }) => text === 'a again')) {
      asker.send('again')
      await setTimeout(20)
    }
    expect(await echoes(first, 'and still')).toBe(true)
    expect(balancer.exitCode).toBeNull()
  },
)
