/** All documents of a subscription, and who refers to what in them. */
import { documentKey, keyOf } from '../schema/ids.ts'
import { type Document, type Element, type Use, contentsOf } from './document.ts'

export class Documents {
  readonly #documents = new Map<string, Document>()
  readonly #users = new Map<string, Set<Use>>()
  #changes = 0

  /** How often something was put or deleted: what was worked out at the same count still holds. */
  get changes(): number {
    return this.#changes
  }

  get all(): readonly Document[] {
    return [...this.#documents.values()]
  }

  get(id: string): Document | undefined {
    return this.#documents.get(keyOf(id))
  }

  /** A document, or a part of one. */
  element(id: string): Element | undefined {
    const document = this.#documents.get(documentKey(id) ?? '')
    return document === undefined ? undefined : contentsOf(document).elements.get(keyOf(id))
  }

  /** The parts of a document. */
  parts(id: string): readonly Element[] {
    const document = this.get(id)
    return document === undefined ? [] : [...contentsOf(document).elements.values()].filter(({ parent }) => parent !== undefined)
  }

  /** What refers to this element. */
  users(id: string): readonly Use[] {
    return [...(this.#users.get(keyOf(id)) ?? [])]
  }

  put(document: Document): void {
    this.#changes += 1
    this.#forgetUses(this.get(document.id))
    this.#documents.set(keyOf(document.id), document)
    for (const use of contentsOf(document).uses) {
      const users = this.#users.get(keyOf(use.id)) ?? new Set()
      users.add(use)
      this.#users.set(keyOf(use.id), users)
    }
  }

  delete(id: string): void {
    this.#changes += 1
    this.#forgetUses(this.get(id))
    this.#documents.delete(keyOf(id))
  }

  #forgetUses(document: Document | undefined): void {
    if (document === undefined) return
    for (const use of contentsOf(document).uses) this.#users.get(keyOf(use.id))?.delete(use)
  }
}
