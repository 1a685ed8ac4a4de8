/** A memory that is never late: what is served when a process ends is what the next one recalls, in text as in a file. */
import type { KeptPart, Memory } from '../../../providers/local/memory.ts'

export class FakeMemory implements Memory {
  #text = '[]'

  async recall(): Promise<readonly KeptPart[]> {
    return JSON.parse(this.#text) as readonly KeptPart[]
  }

  keep(parts: () => readonly KeptPart[]): void {
    this.#text = JSON.stringify(parts())
  }

  async close(): Promise<void> {}
}
