/**
 * What is served, kept in a file for the next process: a Service whose wish may not be carried out at that moment (malformed, paused) can only be followed where it is
 * known how it was served. It holds settings and no targets, which the cluster knows better. Best effort: losing it costs no more than having none, so nobody waits for it.
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock, Timer } from '../../src/model/clock.ts'
import type { Log } from '../../src/model/log.ts'
import type { Part, RuleSettings } from './parts.ts'

/** A part without its targets. */
export type KeptPart = Omit<Part, 'rule'> & { readonly settings: RuleSettings }

export interface Memory {
  /** What the process before served; nothing where there is nothing that can be used. Throws nothing. */
  recall(): Promise<readonly KeptPart[]>
  /** Something changed in what is served; `parts` is asked for all of it when it is written. */
  keep(parts: () => readonly KeptPart[]): void
  /** Resolves when all is written that was to be kept. */
  close(): Promise<void>
}

export const noMemory: Memory = { recall: async () => [], keep: () => undefined, close: async () => undefined }

export interface FileMemoryOptions {
  readonly file: string
  /** The id of the cluster whose Services are served. */
  readonly cluster: string
  readonly clock: Clock
  readonly log: Log
}

/** To be raised whenever parts or their settings change their form: what was written by another version is not read. */
const VERSION = 1
/** Changes come in waves, and each writes the whole file. */
const GATHER_MS = 100

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
  #isFailing = false

  constructor(options: FileMemoryOptions) {
    this.#options = options
  }

  async recall(): Promise<readonly KeptPart[]> {
    const { file, cluster, log } = this.#options
    try {
      return partsIn(await readFile(file, 'utf8'), cluster)
    } catch (error) {
      if (isMissing(error)) return []
      log.warn('what was served before is not known: the state file cannot be used, and is set aside', { file, error })
      await rename(file, `${file}.unusable`).catch((failed: unknown) => log.warn('the state file cannot be set aside', { file, error: failed }))
      return []
    }
  }

  keep(parts: () => readonly KeptPart[]): void {
    this.#parts = parts
    this.#timer ??= this.#options.clock.setTimeout(() => this.#write(), GATHER_MS)
  }

  async close(): Promise<void> {
    if (this.#timer !== undefined) this.#write()
    await this.#writing
  }

  #write(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#writing = this.#writing.then(() => this.#replace())
  }

  async #replace(): Promise<void> {
    const { file, cluster, log } = this.#options
    const parts = this.#parts?.() ?? []
    const content: Content = { version: VERSION, cluster, digest: digestOf(parts), parts }
    try {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      await rm(`${file}.new`, { force: true })
      await writeFile(`${file}.new`, `${JSON.stringify(content)}\n`, { mode: 0o600, flag: 'wx' })
      await rename(`${file}.new`, file)
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

function digestOf(parts: readonly KeptPart[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
