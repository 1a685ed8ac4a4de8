/** The rows of the table of Services, as they travel: small, and each with a number by which the newer of two is known. */
import type { Service } from '../model/cluster.ts'
import { ownerName } from '../model/owner.ts'
import { excerpt } from '../model/text.ts'
import { rowOf, type ServiceRow } from '../overview/service-row.ts'
import type { Source } from './source.ts'

export interface SentRow extends Pick<ServiceRow, 'namespace' | 'name' | 'addresses' | 'state' | 'level' | 'message'> {
  /** Of two rows of one Service, that with the greater number is the newer one. */
  readonly number: number
  readonly provider: string
  /** Empty: there is no condition. */
  readonly reason: string
  /** At most eight. */
  readonly ports: readonly string[]
  readonly morePorts: number
  readonly ready: number
  readonly total: number
  /** ISO 8601; empty: not known. */
  readonly since: string
}

const MOST_ADDRESSES = 4
const MOST_PORTS = 8

/** Numbers rows, so that what a page reads twice, in a list and as a change, comes into order. */
export class Rows {
  readonly #source: Pick<Source, 'store' | 'providers'>
  #number = 0

  constructor(source: Pick<Source, 'store' | 'providers'>) {
    this.#source = source
  }

  /** Undefined: there is no such Service, or it has nothing to do with Fairlead. */
  of(namespace: string, name: string): SentRow | undefined {
    const service = this.#source.store.snapshot().service(namespace, name)
    return service === undefined ? undefined : this.#row(service)
  }

  /** As `of`, by `NAMESPACE/NAME`: a row, or that there is none. */
  change(key: string): SentRow | GoneRow {
    const [namespace = '', name = ''] = key.split('/')
    const row = this.of(namespace, name)
    if (row !== undefined) return row
    this.#number += 1
    return { namespace, name, number: this.#number, isGone: true }
  }

  /** All rows, in the order of the store. */
  *all(): Generator<SentRow> {
    for (const service of this.#source.store.snapshot().services()) {
      const row = this.#row(service)
      if (row !== undefined) yield row
    }
  }

  #row(service: Service): SentRow | undefined {
    const row = rowOf(service, this.#source.store.snapshot(), this.#source.providers)
    if (row === undefined) return undefined
    this.#number += 1
    return sentRow(row, this.#number)
  }
}

export interface GoneRow {
  readonly namespace: string
  readonly name: string
  readonly number: number
  readonly isGone: true
}

function sentRow(row: ServiceRow, number: number): SentRow {
  const { namespace, name, provider = '', addresses, state, level, message, reason = '', ports, backends, since = '' } = row
  const shown = addresses.slice(0, MOST_ADDRESSES).map((address) => excerpt(address, 253))
  const cut = { ports: ports.slice(0, MOST_PORTS), morePorts: Math.max(0, ports.length - MOST_PORTS) }
  return {
    number,
    namespace,
    name,
    provider: excerpt(provider, 63),
    addresses: shown,
    state,
    level,
    reason: excerpt(reason, 64),
    message,
    ...cut,
    ...backends,
    since,
  }
}

/** The key of a Service in the table. */
export function rowKey({ metadata }: Service): string {
  return ownerName(metadata)
}
