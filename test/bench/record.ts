/** Results as files: one JSON a benchmark, and the page made from all of them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Benchmark, Result } from './benchmark.ts'
import type { Machine } from './machine.ts'
import { pageOf } from './page.ts'

/** What one run of one benchmark leaves behind. */
export interface Recorded extends Result {
  readonly name: string
  readonly what: string
  /** ISO 8601, UTC. */
  readonly date: string
  readonly seconds: number
  readonly machine: Machine
}

export function record(folder: string, { name, what }: Benchmark, { figures, notes }: Result, run: Pick<Recorded, 'date' | 'seconds' | 'machine'>): void {
  mkdirSync(folder, { recursive: true })
  const recorded: Recorded = { name, what, ...run, figures, notes }
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(recorded, undefined, 2)}\n`)
}

/** `order`: names of benchmarks as they stand on the page. */
export function writePage(folder: string, order: readonly string[]): void {
  const results = order.map((name) => join(folder, `${name}.json`)).filter((file) => existsSync(file))
  const others = readdirSync(folder).filter((file) => file.endsWith('.md') && file !== 'README.md')
  const page = pageOf(
    results.map((file) => JSON.parse(readFileSync(file, 'utf8')) as Recorded),
    others.toSorted(),
  )
  writeFileSync(join(folder, 'README.md'), page)
}
