/** The cloud as tests and the playground reach behind the API. */
import { textAt } from '../../cloud/json.ts'
import type { OperationFault } from '../../cloud/operations.ts'
import type { Answer } from '../compute/handler.ts'
import { type Performed, perform } from '../compute/perform.ts'
import { nameIn, pathText } from '../schema/paths.ts'
import { type Compute, forget, settle } from '../store/compute.ts'
import type { Resource } from '../store/resource-type.ts'
import { COLLECTIONS } from '../types/common.ts'
import { type CloudObject, objectsOf } from './dump.ts'
import { type SeededIds, addMachine } from './plant.ts'
import type { SeedMachine } from './seed.ts'

export interface GcpCloud {
  /** Paths of what was seeded. */
  readonly ids: SeededIds
  readonly project: string
  readonly networkProject: string
  readonly region: string
  readonly zones: readonly string[]
  now(): number
  /** A running machine. Answers its private address. */
  addMachine(machine: SeedMachine): string
  /** It leaves its groups, as a deleted instance does. */
  removeMachine(name: string): void
  /** The zone that a machine is in. */
  zoneOf(name: string): string
  /** Does what a request would do, past faults, limits and journal: for damage by hand. Answers what the request would; throws a Refusal. */
  call(request: Performed): Answer
  /** Operations that begin from now on fail. Answers what takes the fault back. */
  failOperations(fault: OperationFault): () => void
  /** The number of a reserved address in the region. */
  addressOf(name: string): string | undefined
  /** All resources but machines, in one form: equal worlds read equal. */
  objects(): readonly CloudObject[]
}

export function faceOf(compute: Compute, ids: SeededIds): GcpCloud {
  const { project, networkProject, region, zones } = compute
  return {
    ids,
    project,
    networkProject,
    region,
    zones,
    now: () => compute.clock.now(),
    addMachine: (machine) => addMachine(compute, ids, machine),
    removeMachine: (name) => removeMachine(compute, machineOf(compute, name)),
    zoneOf: (name) => nameIn(machineOf(compute, name).scope),
    call: (request) => perform(compute, request),
    failOperations: (fault) => compute.operations.faults.inject(fault),
    addressOf(name) {
      settle(compute)
      const path = pathText({ project, scope: `regions/${region}`, collection: COLLECTIONS.address, name })
      return textAt(compute.resources.get(path)?.body ?? {}, 'address')
    },
    objects() {
      settle(compute)
      return objectsOf(compute)
    },
  }
}

function machineOf({ resources }: Compute, name: string): Resource {
  const found = resources.in(COLLECTIONS.instance).find((one) => one.name === name)
  if (found === undefined) throw new Error(`there is no machine ${name}`)
  return found
}

function removeMachine(compute: Compute, { path, name, scope }: Resource): void {
  const { resources } = compute
  const groups = [...resources.in(COLLECTIONS.group), ...resources.in(COLLECTIONS.endpointGroup)].filter((group) => group.scope === scope)
  for (const group of groups) {
    const members = group.members.filter((one) => one['instance'] !== path && one['instance'] !== name)
    if (members.length < group.members.length) resources.put({ ...group, members })
  }
  forget(compute, path)
}
