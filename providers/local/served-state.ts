/**
 * What is served, kept in a file for the next process: a Service whose request may not be carried out at that moment (invalid, paused) can only be followed where it is
 * known how it was served. It holds settings and no targets, which the cluster knows better. Best effort: losing it costs no more than having none, so what is served
 * anew does not wait for it. A deletion does: what is in the file holds its address, and would keep it from the next Service.
 */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parseAddress } from '../../src/model/address.ts'
import type { Clock, Timer } from '../../src/model/clock.ts'
import type { Log } from '../../src/model/log.ts'
import { hashOf } from '../../src/provider/kit/naming.ts'
import { type Part, partKey, type RuleSettings } from './parts.ts'

/** A part without its targets. */
export type KeptPart = Omit<Part, 'rule'> & { readonly settings: RuleSettings }

export interface Memory {
  /** What the process before served; nothing where there is nothing that can be used. Throws nothing. */
  recall(): Promise<readonly KeptPart[]>
  /** Something changed in what is served; `parts` is asked for all of it when it is written. */
  keep(parts: () => readonly KeptPart[]): void
  /** Writes at once, and resolves when all is written that was to be kept by then, or cannot be. */
  flush(): Promise<void>
}

export const noMemory: Memory = { recall: async () => [], keep: () => undefined, flush: async () => undefined }

export interface FileMemoryOptions {
  readonly file: string
  /** The id of the cluster whose Services are served. */
  readonly cluster: string
  readonly clock: Clock
  readonly log: Log
}

/** To be raised whenever parts or their settings change their form: what was written by another version is not read. */
const VERSION = 1
/** Changes come in waves, and each writes the whole file: a large one less often, or its text is most of what a start allocates. */
const GATHER_MS = 100
const GATHER_SHARE = 20

interface Content {
  readonly version: number
  readonly cluster: string
  /** Of the parts: what is broken or was edited by hand is recognised by it. */
  readonly digest: string
  readonly parts: readonly KeptPart[]
}

export function fileMemory(options: FileMemoryOptions): Memory {
  return new FileMemory(options)
}

export function keptPart({ rule: { settings }, ...part }: Part): KeptPart {
  return { ...part, settings }
}

class FileMemory implements Memory {
  readonly #options: FileMemoryOptions
  #parts: (() => readonly KeptPart[]) | undefined
  #timer: Timer | undefined
  #writing: Promise<void> = Promise.resolve()
  /** A write that has not begun yet, and takes with it whatever changes until then. */
  #next: Promise<void> | undefined
  #isFailing = false
  #gatherMs = GATHER_MS

  constructor(options: FileMemoryOptions) {
    this.#options = options
  }

  async recall(): Promise<readonly KeptPart[]> {
    const { file, cluster, log } = this.#options
    try {
      return usable(partsIn(await readFile(file, 'utf8'), cluster), log)
    } catch (error) {
      if (isMissing(error)) return []
      log.warn('what was served before is not known: the state file cannot be used, and is set aside', { file, error })
      await rename(file, `${file}.unusable`).catch((failed: unknown) => log.warn('the state file cannot be set aside', { file, error: failed }))
      return []
    }
  }

  keep(parts: () => readonly KeptPart[]): void {
    this.#parts = parts
    this.#timer ??= this.#options.clock.setTimeout(() => void this.#write(), this.#gatherMs)
  }

  flush(): Promise<void> {
    return this.#timer === undefined ? this.#writing : this.#write()
  }

  #write(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#next ??= this.#writing.then(() => {
      this.#next = undefined
      return this.#replace()
    })
    this.#writing = this.#next
    return this.#next
  }

  async #replace(): Promise<void> {
    const { file, cluster, log, clock } = this.#options
    const began = clock.now()
    try {
      const parts = this.#parts?.() ?? []
      const content: Content = { version: VERSION, cluster, digest: digestOf(parts), parts }
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      await rm(`${file}.new`, { force: true })
      await writeFile(`${file}.new`, `${JSON.stringify(content)}\n`, { mode: 0o600, flag: 'wx' })
      await rename(`${file}.new`, file)
      this.#gatherMs = Math.max(GATHER_MS, GATHER_SHARE * (clock.now() - began))
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing)
        log.warn('the state file cannot be written: after a restart, Services that are paused or malformed will not be served', { file, error })
      this.#isFailing = true
    }
  }
}

/** Throws an Error that says why the text cannot be used. */
function partsIn(text: string, cluster: string): readonly KeptPart[] {
  const content = JSON.parse(text) as Partial<Content> | null
  if (content?.version !== VERSION) throw new Error(`it is of version ${JSON.stringify(content?.version)}; this program reads version ${VERSION}`)
  if (content.cluster !== cluster) throw new Error(`it is of cluster ${JSON.stringify(content.cluster)}; this is cluster ${JSON.stringify(cluster)}`)
  if (content.parts === undefined || content.digest !== digestOf(content.parts)) throw new Error('its parts are not as they were written')
  return content.parts
}

/** A part that no frontend can be made of, or that is there twice, is left out: the cluster brings it back, and the others are served. */
function usable(parts: readonly KeptPart[], log: Log): readonly KeptPart[] {
  const kept = new Map<string, KeptPart>()
  for (const part of parts) {
    if (isPart(part) && !kept.has(part.key)) kept.set(part.key, part)
    else log.warn('the state file holds a part that cannot be used, or holds it twice; it is left out', { part: part?.key })
  }
  return [...kept.values()]
}

function isPart(part: KeptPart | null): part is KeptPart {
  if (part === null || typeof part !== 'object' || typeof part.settings !== 'object' || part.settings === null) return false
  const { key, owner, address, listener, port, protocol } = part
  const isSocket =
    typeof address === 'string' &&
    parseAddress(address) === address &&
    Number.isInteger(port) &&
    port >= 1 &&
    port <= 65_535 &&
    ['TCP', 'UDP'].includes(protocol)
  return isSocket && typeof owner?.uid === 'string' && key === partKey(owner.uid, address, listener) && listener === `${port}/${protocol}`
}

function digestOf(parts: readonly KeptPart[]): string {
  return hashOf(64, parts)
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
