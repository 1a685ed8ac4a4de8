/** `fairlead run` as a process of its own: it serves real clients, and whatever moment it is killed at, the next one goes on as if nothing had been. */
import { expect, test } from 'vitest'
import { eventually } from '../until.ts'
import { ask } from './client.ts'
import { addressOf, againstServers, type Cluster, FINALIZER, PORT, type Program, STACKS } from './cluster.ts'
import type { Gate } from './gate.ts'

/** One copy, which has nobody to wait for. */
const ALONE = '--no-leader-elect'

const FINALIZER_PATCH = /^PATCH \S+\/services\/web\/status\S* .*"finalizers":\["fairlead/
const ADDRESS_PATCH = /^PATCH \S+\/services\/web\/status\S* .*"ingress":\[/
const LAST_PATCH = /^PATCH \S+\/services\/web\/status\S* .*"\$deleteFromPrimitiveList\/finalizers"/

const MOMENTS: readonly { readonly moment: string; readonly during: 'creation' | 'deletion'; readonly pattern: RegExp; readonly where: 'before' | 'after' }[] =
  [
    { moment: 'before the finalizer is there', during: 'creation', pattern: FINALIZER_PATCH, where: 'before' },
    { moment: 'when the finalizer is there, unheard of', during: 'creation', pattern: FINALIZER_PATCH, where: 'after' },
    { moment: 'when it serves and has not published the address', during: 'creation', pattern: ADDRESS_PATCH, where: 'before' },
    { moment: 'when the address is published, unheard of', during: 'creation', pattern: ADDRESS_PATCH, where: 'after' },
    { moment: 'when nothing is served any more and the finalizer is still there', during: 'deletion', pattern: LAST_PATCH, where: 'before' },
    { moment: 'when the Service is gone, unheard of', during: 'deletion', pattern: LAST_PATCH, where: 'after' },
  ]

againstServers('fairlead run', (cluster) => {
  test('a Service gets an address where clients are answered, and nothing is left of it when it is deleted', async () => {
    const program = cluster().run(await cluster().gate())
    await cluster().create('web')
    const service = await cluster().reported('web', 'Ready')
    const address = addressOf(service)
    expect(await ask(address, PORT)).toBe('web')
    expect(service.metadata.finalizers).toEqual([FINALIZER])
    expect(service.metadata.annotations?.[STACKS]).toBeDefined()
    expect(cluster().listening()).toEqual([`${address}:${PORT}/TCP`])
    await cluster().remove('web')
    await cluster().gone('web')
    expect(cluster().listening()).toEqual([])
    expect(await program.end('SIGTERM')).toMatchObject({ exitCode: 0, out: '' })
  })

  test('killed at any moment, the next one serves the same addresses, nothing twice, and leaves nothing over', async () => {
    const gate = await cluster().gate()
    let program = cluster().run(gate, ALONE)
    await cluster().create('stays')
    const stays = addressOf(await cluster().reported('stays', 'Ready'))
    for (const { moment, during, pattern, where } of MOMENTS) {
      program = await (during === 'creation' ? killedInCreation : killedInDeletion)(cluster(), { program, gate, pattern, where })
      await eventually(
        () => ask(stays, PORT),
        (found) => found === 'stays',
      )
      const found = { moment, address: addressOf(await cluster().get('stays')), listening: cluster().listening() }
      expect(found).toEqual({ moment, address: stays, listening: [`${stays}:${PORT}/TCP`] })
    }
  })

  test('killed at rest, the next one serves the same and writes nothing', async () => {
    const gate = await cluster().gate()
    const first = cluster().run(gate, ALONE)
    await cluster().create('web')
    const address = addressOf(await cluster().reported('web', 'Ready'))
    await first.end('SIGKILL')
    expect(cluster().listening(), 'the sockets go with the process').toEqual([])
    const before = gate.writes().length
    const second = cluster().run(gate, ALONE)
    await second.ready()
    await cluster().create('other')
    await cluster().reported('other', 'Ready')
    expect(await ask(address, PORT)).toBe('web')
    expect(
      gate
        .writes()
        .slice(before)
        .filter((write) => write.includes('/services/web/')),
    ).toEqual([])
  })
})

interface Killing {
  readonly program: Program
  readonly gate: Gate
  readonly pattern: RegExp
  readonly where: 'before' | 'after'
}

async function killedInCreation(cluster: Cluster, killing: Killing): Promise<Program> {
  const next = await killed(cluster, killing, () => cluster.create('web'))
  const address = addressOf(await cluster.reported('web', 'Ready'))
  await eventually(
    () => ask(address, PORT),
    (found) => found === 'web',
  )
  await cluster.remove('web')
  await cluster.gone('web')
  return next
}

async function killedInDeletion(cluster: Cluster, killing: Killing): Promise<Program> {
  await cluster.create('web')
  await cluster.reported('web', 'Ready')
  const next = await killed(cluster, killing, () => cluster.remove('web'))
  await cluster.gone('web')
  await next.ready()
  return next
}

/** Kills the program at the moment that `act` brings about, and answers the next one. What was published by then must stay as it is. */
async function killed(cluster: Cluster, { program, gate, pattern, where }: Killing, act: () => Promise<void>): Promise<Program> {
  const held = gate.hold(pattern, where)
  await act()
  await held.reached
  await program.end('SIGKILL')
  held.release()
  expect(cluster.listening()).toEqual([])
  return cluster.run(gate, ALONE)
}
