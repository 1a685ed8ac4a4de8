/** What a change of one Service means for those that share with it, and what stays although it is asked for no longer: on every cloud, as a user reads it. */
import { describe, expect, test } from 'vitest'
import { looking as lookingAtAws, createWorld as onAws } from './aws/world.ts'
import { looking as lookingAtAzure, createWorld as onAzure } from './azure/world.ts'
import { readyOf } from './cluster.ts'
import { printed } from './commands.ts'
import { onServerWith } from './frame.ts'
import { looking as lookingAtGcp, createWorld as onGcp } from './gcp/world.ts'
import type { Server } from '../controller/server.ts'
import type { BaseWorld } from './world.ts'

interface Opened {
  readonly world: BaseWorld
  /** What a command prints. */
  readonly print: (command: 'explain' | 'plan', name: string) => Promise<string>
}

const CLOUDS: Readonly<Record<string, (server: Server) => Promise<Opened>>> = {
  aws: async (server) => {
    const world = await onAws(server)
    return { world, print: (command, name) => printed(lookingAtAws(world), [command, name]) }
  },
  azure: async (server) => {
    const world = await onAzure(server)
    return { world, print: (command, name) => printed(lookingAtAzure(world), [command, name]) }
  },
  gcp: async (server) => {
    const world = await onGcp(server)
    return { world, print: (command, name) => printed(lookingAtGcp(world), [command, name]) }
  },
}

const SCHEME = 'fairlead.dev/scheme'
const KEPT = `${SCHEME} is not set: the load balancer stays internal until ${SCHEME} is internet-facing, which changes the address. A default never changes the scheme of a load balancer that exists.`

describe.each(Object.keys(CLOUDS))('on %s', (cloud) => {
  const open = onServerWith(async (server) => {
    const opened = await (CLOUDS[cloud] as (typeof CLOUDS)[string])(server)
    await opened.world.start()
    return Object.assign(opened.world, { print: opened.print })
  })

  test('the scheme stays when its annotation goes, and the condition, plan and explain say so', async () => {
    const world = await open()
    await world.cluster.create('web', { annotations: { [SCHEME]: 'internal' } })
    const before = await world.untilReason('web', 'Ready')
    expect(readyOf(before)?.message).not.toContain('stays')
    await world.cluster.change('web', { annotations: { [SCHEME]: null } })
    await world.until('the condition says so', async () => readyOf(await world.cluster.get('web'))?.message.includes(KEPT) === true)
    await world.pass(60_000)
    expect((await world.cluster.get('web')).status.loadBalancer).toEqual(before.status.loadBalancer)
    expect(unwrapped(await world.print('plan', 'web'))).toContain(`nothing to do note: ${KEPT}`)
    expect(unwrapped(await world.print('explain', 'web')).split(KEPT)).toHaveLength(2)
  })
})

function unwrapped(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}
