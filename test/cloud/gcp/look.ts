/** What a Service has in the emulated Google Cloud, as a test reads it. */
import type { CloudObject } from '../under-test.ts'
import type { World } from './world.ts'

/** `nodes` is what all Services share. */
export function partsOf(world: World, name: string, kind?: string): readonly CloudObject[] {
  return world.ownedObjects().filter((one) => (kind === undefined || one.kind === kind) && one.name.split('-')[2] === name)
}

/** `TCP 80,443`, `TCP 8000-8099`, `L3_DEFAULT all`. */
export function rulesOf(world: World, name: string): readonly string[] {
  return partsOf(world, name, 'forwardingRules')
    .map(({ settings: { IPProtocol, ports, portRange, allPorts } }) => {
      const which = allPorts === true ? 'all' : (portRange ?? ports)
      return `${String(IPProtocol)} ${String(which)}`
    })
    .toSorted()
}

/** The only backend service. */
export function serviceOf(world: World, name: string): CloudObject['settings'] {
  const [service, another] = partsOf(world, name, 'backendServices')
  if (service === undefined || another !== undefined) throw new Error(`${name} has not one backend service: ${JSON.stringify([service, another])}`)
  return service.settings
}

/** By action, how often: `forwardingRules.insert`. */
export function writesSince(world: World, mark: number): Readonly<Record<string, number>> {
  const writes = world.gcp.journal.since(mark).filter(({ kind }) => kind === 'write')
  return Object.fromEntries([...Map.groupBy(writes, ({ action }) => action)].map(([action, all]) => [action, all.length]))
}

/** Without polls of operations. */
export function readsSince(world: World, mark: number): readonly string[] {
  return world.gcp.journal
    .since(mark)
    .filter(({ kind, action }) => kind === 'read' && !/Operations\./.test(action))
    .map(({ action }) => action)
}

/** What all Services share: of this kind, and of none of them. */
export function sharedOf(world: World, kind: string): readonly CloudObject[] {
  return partsOf(world, 'nodes', kind)
}
