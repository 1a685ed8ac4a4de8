/** One copy of each text that many objects repeat: node names, zones, namespaces. */

const MOST = 50_000

export class Interner {
  readonly #texts = new Map<string, string>()

  share(text: string): string {
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    // Nodes come and go for months: starting over now and then costs a second copy, never forgetting would cost more.
    if (this.#texts.size >= MOST) this.#texts.clear()
    this.#texts.set(text, text)
    return text
  }
}
