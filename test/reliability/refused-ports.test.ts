/** Ports that a provider cannot serve: refused alone, with the others served, through the whole turn of a Stack. */
import { expect, test } from 'vitest'
import type { Problem } from '../../src/model/problem.ts'
import { bind } from '../../src/provider/engine/bind.ts'
import type { Desired, Plan } from '../../src/provider/provider.ts'
import { inMemoryCloud, inMemoryProvider } from '../in-memory/index.ts'
import { service, wish } from '../in-memory/wishes.ts'
import { Process } from './process.ts'
import { portsOf, STACK, start } from './shared-document.ts'

const problem: Problem = { reason: 'Invalid', field: 'spec.ports', value: '81/SCTP', wrong: 'is not possible' }
const ports = [{ port: 81, protocol: 'SCTP', error: 'fairlead.dev/ProtocolNotSupported' }] as const

function refusing(desired: Desired<unknown>): Desired<unknown> {
  return { ...desired, refusedPorts: { ports, problem } }
}

test('the other ports are served, and the refusal names the port', async () => {
  const cloud = inMemoryCloud()
  const process = start(cloud)
  await process.turn(new Map([[service('web'), refusing(wish([80]))]]))
  expect(portsOf(cloud, 'web')).toEqual([80])
  expect([...process.refused]).toEqual([['uid-web', { problem, ports }]])
})

/** One plan, whatever is asked. */
function planning(plan: Partial<Plan<never>>): Process {
  return new Process(bind({ ...inMemoryProvider(inMemoryCloud()), plan: () => ({ stages: [], refused: [], waiting: [], ...plan }) }))
}

test('where the other ports wait for something, that is looked at again when it is due', async () => {
  const process = planning({ waiting: [{ owner: service('web'), because: 'the network has not been read yet', afterMs: 10_000 }] })
  await process.turn(new Map([[service('web'), refusing(wish([80]))]]))
  expect([process.refused.get('uid-web')?.ports, process.outcomes.get(STACK)?.againAfterMs]).toEqual([ports, 10_000])
})

test('a Service that is refused as a whole says why, not only that a port is refused', async () => {
  const whole: Problem = { reason: 'Conflict', field: 'fairlead.dev/share', wrong: 'is held' }
  const process = planning({ refused: [{ owner: service('web'), problem: whole }] })
  await process.turn(new Map([[service('web'), refusing(wish([80]))]]))
  expect([...process.refused]).toEqual([['uid-web', { problem: whole }]])
})

test('ports that the planner refuses as well are named in one refusal', async () => {
  const held: Problem = { reason: 'Conflict', field: 'spec.ports', value: '82/TCP', wrong: 'is held by shop/other' }
  const process = planning({ refused: [{ owner: service('web'), ports: [{ port: 82, protocol: 'TCP', error: 'fairlead.dev/PortHeld' }], problem: held }] })
  await process.turn(new Map([[service('web'), refusing(wish([80, 82]))]]))
  expect([...process.refused]).toEqual([
    [
      'uid-web',
      {
        problem: { ...problem, wrong: 'is not possible; 82/TCP is held by shop/other' },
        ports: [...ports, { port: 82, protocol: 'TCP', error: 'fairlead.dev/PortHeld' }],
      },
    ],
  ])
})
