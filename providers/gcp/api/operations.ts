/**
 * Asks how operations stand, many in one call. Thousands of writes a minute would otherwise cost as many polls, several times over, and Google counts single polls
 * by themselves (`operation-read`).
 */
import type { Clock } from '../../../src/model/clock.ts'
import type { Caller, Plan } from './caller.ts'
import type { Operation } from './documents.ts'
import { parseId } from './ids.ts'
import { PlaceOperations } from './place-operations.ts'
import * as requests from './requests.ts'

export interface OperationReads {
  /** A write began it. */
  readonly begun: (id: string) => void
  /** How it stands. Undefined: Google has forgotten it. Throws a CloudError, and the reason of the signal. */
  readonly read: (id: string, signal: AbortSignal) => Promise<Operation | undefined>
}

const ONE: Plan = { verb: 'read', name: 'polling an operation', family: 'operation-read', mayBeAbsent: true }
const MANY = { verb: 'read', name: 'polling operations' } as const

interface OperationList {
  readonly items?: readonly Operation[]
}

export function operationReads({ read }: Pick<Caller, 'read'>, clock: Clock): OperationReads {
  const places = new Map<string, PlaceOperations>()
  const opened = (path: string, id: string): PlaceOperations => {
    const place = requests.placeOfOperation(id)
    // As any list counts: "Operation read requests" are of `get` alone. Source: cloud.google.com/compute/docs/api-rate-limits.
    const plan: Plan = { ...MANY, family: place.scope === 'global' ? 'global-read' : 'read' }
    const operations = new PlaceOperations(clock, {
      async one(name, signal) {
        const { status, body } = await read(ONE, requests.pollOf(`${path}/${name}`), signal)
        return status === 404 ? undefined : (body as Operation)
      },
      many: async (names, signal) => ((await read(plan, requests.pollAllOf(place, names), signal)).body as OperationList).items ?? [],
    })
    places.set(path, operations)
    return operations
  }
  const placeOf = (id: string): PlaceOperations => {
    const path = id.slice(0, id.lastIndexOf('/'))
    return places.get(path) ?? opened(path, id)
  }
  const nameIn = (id: string): string => parseId(id)?.name ?? id
  return {
    begun: (id) => placeOf(id).begun(nameIn(id)),
    read: async (id, signal) => placeOf(id).read(nameIn(id), signal),
  }
}
