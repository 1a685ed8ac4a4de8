/** What a Service has published where clouds give addresses, and what clients meet while that changes. */
import { expect } from 'vitest'
import { type BaseWorld, CLIENT } from './world.ts'

/** Somebody in the network, whom an internal address lets in. */
const COLLEAGUE = '10.0.200.9'

export async function addressesOf(world: BaseWorld, name = 'web'): Promise<readonly string[]> {
  return ((await world.cluster.get(name)).status.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? [])
}

/** Whether `web` answers at an address, to a client that it is for. */
export function answersAt(world: BaseWorld, address: string): boolean {
  return world.send(address, 80, address.startsWith('10.') ? COLLEAGUE : CLIENT) === 'web'
}

/** Changes `web`, and watches its published addresses until there is only another one. Answers all that were published on the way. */
export async function watched(world: BaseWorld, change: () => Promise<unknown>): Promise<ReadonlySet<string>> {
  const [old = ''] = await addressesOf(world)
  const seen = new Set<string>()
  const check = (after: string): void => {
    const published = world.cluster.published('web')
    for (const address of published) seen.add(address)
    expect(
      published.some((address) => answersAt(world, address)),
      `after ${after}, at ${published.join()}`,
    ).toBe(true)
  }
  world.onWrite = ({ action }) => check(action)
  await change()
  await world.until('only another address is published', () => {
    check('a while')
    return world.cluster.published('web').join() !== old && world.cluster.published('web').length === 1
  })
  await world.rest()
  world.onWrite = () => {}
  return seen
}
