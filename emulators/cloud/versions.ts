/** Versions of documents, as `etag` or `fingerprint`: a new one at each write, and a write that is based on an old one is refused. */

/** Thrown by `check`: 412, in the cloud's own words. */
export class StaleVersion extends Error {
  override readonly name = 'StaleVersion'
  /** What the client sent; undefined: nothing, where something is required. */
  readonly given: string | undefined
  /** Undefined: the document is not there. */
  readonly current: string | undefined

  constructor(given: string | undefined, current: string | undefined) {
    super(`the version is ${current ?? 'none'}, and the write is based on ${given ?? 'none'}`)
    this.given = given
    this.current = current
  }
}

export interface Condition {
  /** `If-Match`, or the fingerprint in the body. `*`: any version, as long as the document is there. */
  readonly given: string | undefined
  /** A write without a version is refused too (a backend service of Google Cloud). Default false: the last writer wins. */
  readonly isRequired?: boolean
}

/** Children share the version of the document they stand in: ask for it by the document's key. */
export class Versions {
  readonly #current = new Map<string, string>()
  readonly #nameOf: (number: number) => string
  #count = 0

  /** `nameOf`: the text of the n-th version, from 1 on; different for each. */
  constructor(nameOf: (number: number) => string) {
    this.#nameOf = nameOf
  }

  /** The version of a document. Undefined: it was never written, or is gone. */
  of(document: string): string | undefined {
    return this.#current.get(document)
  }

  /** The document was written, or something that shows in it was: answers its new version. An asynchronous write of Azure renews it twice, at its begin and at its end. */
  renew(document: string): string {
    this.#count += 1
    const version = this.#nameOf(this.#count)
    this.#current.set(document, version)
    return version
  }

  drop(document: string): void {
    this.#current.delete(document)
  }

  /** Throws `StaleVersion` when a write of this document is based on another version than the current one. */
  check(document: string, { given, isRequired = false }: Condition): void {
    const current = this.of(document)
    if (given === undefined ? isRequired && current !== undefined : given === '*' ? current === undefined : given !== current) {
      throw new StaleVersion(given, current)
    }
  }
}

/** Azure: a weak entity tag with a UUID. The same ones in every run. */
export function etag(number: number): string {
  return `W/"${number.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000"`
}

/** Google Cloud: 8 bytes in base64. */
export function fingerprint(number: number): string {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(number))
  return bytes.toString('base64')
}
