/** EndpointSlices by the Service they name. Each Service's list is replaced when it changes, so that its identity shows whether it did. */
import type { EndpointSlice } from '../model/cluster.ts'
import { objectKey } from './snapshot.ts'
import { serviceNameOf } from './trim.ts'

export class SliceIndex {
  /** By the Service's key; sorted by name. */
  readonly byService: ReadonlyMap<string, readonly EndpointSlice[]>
  readonly #byService = new Map<string, readonly EndpointSlice[]>()

  constructor() {
    this.byService = this.#byService
  }

  add(slice: EndpointSlice): void {
    this.#replace(slice, (others) => insertedByName(others, slice))
  }

  remove(slice: EndpointSlice): void {
    this.#replace(slice, (others) => others)
  }

  #replace(slice: EndpointSlice, change: (others: readonly EndpointSlice[]) => readonly EndpointSlice[]): void {
    const service = serviceNameOf(slice)
    if (service === undefined) return
    const key = objectKey(slice.metadata.namespace, service)
    const others = (this.#byService.get(key) ?? []).filter((other) => other.metadata.name !== slice.metadata.name)
    const slices = change(others)
    if (slices.length === 0) this.#byService.delete(key)
    else this.#byService.set(key, Object.freeze(slices))
  }
}

function insertedByName(slices: readonly EndpointSlice[], slice: EndpointSlice): readonly EndpointSlice[] {
  const at = slices.findIndex((other) => other.metadata.name > slice.metadata.name)
  return at === -1 ? [...slices, slice] : slices.toSpliced(at, 0, slice)
}
