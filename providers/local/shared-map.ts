/**
 * A map that never changes: a changed copy shares all but one small bucket with the original. Ten thousand steps that each add one entry cost ten thousand
 * small copies instead of ten thousand large ones. Iteration is in no useful order.
 */
const BUCKETS = 512

type Bucket<T> = ReadonlyMap<string, T>

export class SharedMap<T> {
  readonly #buckets: readonly (Bucket<T> | undefined)[]
  readonly size: number

  private constructor(buckets: readonly (Bucket<T> | undefined)[], size: number) {
    this.#buckets = buckets
    this.size = size
  }

  static empty<T>(): SharedMap<T> {
    return new SharedMap<T>(Array.from({ length: BUCKETS }), 0)
  }

  get(key: string): T | undefined {
    return this.#buckets[bucketOf(key)]?.get(key)
  }

  with(key: string, value: T): SharedMap<T> {
    const index = bucketOf(key)
    const bucket = new Map(this.#buckets[index]).set(key, value)
    return this.#replaced(index, bucket)
  }

  without(key: string): SharedMap<T> {
    const index = bucketOf(key)
    const bucket = new Map(this.#buckets[index])
    return bucket.delete(key) ? this.#replaced(index, bucket) : this
  }

  *values(): Generator<T, undefined> {
    for (const bucket of this.#buckets) if (bucket !== undefined) yield* bucket.values()
  }

  #replaced(index: number, bucket: Bucket<T>): SharedMap<T> {
    const size = this.size + bucket.size - (this.#buckets[index]?.size ?? 0)
    return new SharedMap(this.#buckets.with(index, bucket), size)
  }
}

/** FNV-1a. */
function bucketOf(key: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % BUCKETS
}
