/** The playground of a plain user, who may not listen on ports under 1024: pods answer on them all the same. Where the tests run as root, the program gives that up. */
import { spawnSync } from 'node:child_process'
import { chmod } from 'node:fs/promises'
import { expect, test, vi } from 'vitest'
import { eventually } from '../until.ts'
import { ownAddresses } from './addresses.ts'
import { ask, askDatagram } from './client.ts'
import { noKubectl, startPlayground } from './playground.ts'

// Starting processes is slow where a machine has much else to do.
vi.setConfig({ testTimeout: 120_000 })

const NOBODY = '65534'
const under = process.getuid?.() === 0 ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : []

function reasonToSkip(): string | undefined {
  const [program, ...rest] = under
  if (program !== undefined && spawnSync(program, [...rest, process.execPath, '--version']).status !== 0)
    return 'setpriv cannot start Node as another user here'
  return noKubectl()
}

const reason = reasonToSkip()
if (reason !== undefined) console.log(`skipped: the playground of a plain user: ${reason}`)

test.skipIf(reason !== undefined)('a target port under 1024 is answered over TCP and UDP, from pods and through node ports', async () => {
  const playground = await startPlayground(ownAddresses(), [], { under, prepare: (folder) => chmod(folder, 0o777) })
  try {
    await playground.deploy('web', 2)
    const ports = [
      { name: 'tcp', port: 5353, targetPort: 53, protocol: 'TCP' },
      { name: 'udp', port: 5353, targetPort: 53, protocol: 'UDP' },
    ]
    for (const [name, annotations] of [
      ['dns', {}],
      ['dns-nodes', { 'fairlead.dev/targets': 'nodes' }],
    ] as const) {
      await playground.apply(name, { ports }, annotations)
      await playground.reported(name, 'Ready')
      const address = await playground.addressOf(name)
      await eventually(
        () => ask(address, 5353),
        (found) => found.startsWith('web-'),
      )
      expect(await askDatagram(address, 5353)).toMatch(/^web-/)
    }
    expect(playground.program.err()).not.toContain('cannot listen')
  } finally {
    await playground.close()
  }
})
