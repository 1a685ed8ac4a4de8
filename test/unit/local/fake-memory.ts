/** A memory in text, as in a file: what was written last is what the next process recalls, and changes are written when that is asked for. */
import type { KeptPart, Memory } from '../../../providers/local/served-state.ts'

export class FakeMemory implements Memory {
  #text = '[]'
  #parts: () => readonly KeptPart[] = () => JSON.parse(this.#text) as readonly KeptPart[]

  async recall(): Promise<readonly KeptPart[]> {
    return JSON.parse(this.#text) as readonly KeptPart[]
  }

  keep(parts: () => readonly KeptPart[]): void {
    this.#parts = parts
  }

  async flush(): Promise<void> {
    this.#text = JSON.stringify(this.#parts())
  }
}
