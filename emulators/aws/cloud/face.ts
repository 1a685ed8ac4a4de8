/** The cloud as tests and the playground reach behind the API. */
import { perform } from '../http/front-door.ts'
import type { Service } from '../service.ts'
import { inputOf, treeOfJson } from '../wire/input.ts'
import type { Members } from '../wire/output.ts'
import { type CloudObject, objectsOf } from './dump.ts'
import { removeInterface } from './interfaces.ts'
import type { InstanceState } from './objects.ts'
import { type SeededIds, addInstance } from './plant.ts'
import { type Region, touch } from './region.ts'
import type { SeedInstance } from './seed.ts'

export interface AwsCloud {
  /** Ids of what was seeded. */
  readonly ids: SeededIds
  readonly region: string
  /** Names of its zones. */
  readonly zones: readonly string[]
  now(): number
  /** A running instance in the private subnet of its zone, with the node group. Answers its id. */
  addInstance(instance: SeedInstance): string
  setInstanceState(id: string, state: InstanceState): void
  /** It is forgotten, as a terminated instance is after an hour. */
  removeInstance(id: string): void
  /** Does what an API call would do, past faults, limits and journal: for damage by hand. Answers what the call would; throws a Refusal. */
  call(service: Service, action: string, parameters: object): Members
  /** The load balancer of this name never becomes active. */
  failLoadBalancer(name: string, reason: string): void
  /** Everything that can be created through the API, and what lingers, in one form: equal worlds read equal. */
  objects(): readonly CloudObject[]
}

export function faceOf(region: Region, ids: SeededIds): AwsCloud {
  return {
    ids,
    region: region.name,
    zones: region.zones.map(({ name }) => name),
    now: () => region.clock.now(),
    addInstance: (instance) => addInstance(region, ids, instance).id,
    setInstanceState(id, state) {
      const instance = region.instances.get(id)
      if (instance === undefined) throw new Error(`there is no instance ${id}`)
      instance.state = state
      touch(region)
    },
    removeInstance(id) {
      const instance = region.instances.get(id)
      if (instance === undefined) throw new Error(`there is no instance ${id}`)
      region.instances.delete(id)
      removeInterface(region, instance.interfaceId)
      touch(region)
    },
    call: (service, action, parameters) => perform(region, { service, protocol: 'query', action, input: () => inputOf(treeOfJson(parameters)) }),
    failLoadBalancer(name, reason) {
      const balancer = region.balancers.values().find((one) => one.name === name)
      if (balancer === undefined) throw new Error(`there is no load balancer ${name}`)
      balancer.failure = reason
    },
    objects: () => objectsOf(region),
  }
}
