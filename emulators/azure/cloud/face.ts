/** The cloud as tests and the playground reach behind the API. */
import type { OperationFault } from '../../cloud/operations.ts'
import type { Answer } from '../arm/handler.ts'
import { type Performed, perform } from '../arm/perform.ts'
import { textAt } from '../schema/json.ts'
import { propertiesOf } from '../store/document.ts'
import type { Subscription } from '../store/subscription.ts'
import { removeNow } from '../store/write.ts'
import { idText } from '../schema/ids.ts'
import { type CloudObject, objectsOf } from './dump.ts'
import { type SeededIds, addMachine, attachMachine } from './plant.ts'
import type { SeedMachine } from './seed.ts'

export interface AzureCloud {
  /** Ids of what was seeded. */
  readonly ids: SeededIds
  readonly subscription: string
  readonly tenant: string
  readonly location: string
  now(): number
  /** A machine with an interface in the first subnet. Answers its private address. */
  addMachine(machine: SeedMachine): string
  /** With its interface, at once. */
  removeMachine(name: string): void
  /** A machine of this id takes an interface that is there. */
  attachMachine(machineId: string, interfaceId: string): void
  /** The machine goes, and its interface stays. */
  detachMachine(machineId: string): void
  /** Does what a request would do, past faults, limits, tokens and journal: for damage by hand. Answers what the request would; throws a Refusal. */
  call(request: Performed): Answer
  /** Operations that begin from now on fail or are cancelled. Answers what takes the fault back. */
  failOperations(fault: OperationFault): () => void
  /** The address that a public address resource has. */
  addressOf(id: string): string | undefined
  /** All resources of Microsoft.Network and their parts, in one form: equal worlds read equal. */
  objects(): readonly CloudObject[]
}

export function faceOf(subscription: Subscription, ids: SeededIds): AzureCloud {
  const inGroup = (namespace: string, type: string, name: string): string =>
    idText({ subscription: subscription.id, group: ids.resourceGroup, namespace, segments: [type, name] })
  return {
    ids,
    subscription: subscription.id,
    tenant: subscription.tenant,
    location: subscription.location,
    now: () => subscription.clock.now(),
    addMachine: (machine) => addMachine(subscription, ids, machine),
    removeMachine(name) {
      const id = inGroup('Microsoft.Compute', 'virtualMachines', name)
      if (subscription.documents.get(id) === undefined) throw new Error(`there is no machine ${name}`)
      removeNow(subscription, id)
      removeNow(subscription, inGroup('Microsoft.Network', 'networkInterfaces', `${name}-nic`))
    },
    attachMachine: (machineId, interfaceId) => attachMachine(subscription, machineId, interfaceId),
    detachMachine(machineId) {
      removeNow(subscription, machineId)
    },
    call: (request) => perform(subscription, request),
    failOperations: (fault) => subscription.operations.faults.inject(fault),
    addressOf(id) {
      subscription.operations.settle()
      const document = subscription.documents.get(id)
      return document === undefined ? undefined : textAt(propertiesOf(document), 'ipAddress')
    },
    objects() {
      subscription.operations.settle()
      return objectsOf(subscription)
    },
  }
}
