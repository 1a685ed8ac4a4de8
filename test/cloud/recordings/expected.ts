/** What is expected of every emulated cloud whose real one was recorded. */
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { type Difference, type Known, knownIn } from './difference.ts'

export interface Recordings<Line extends { readonly scenario: string }> {
  readonly lines: readonly Line[]
  /** Sends the requests of one scenario to an emulated cloud. */
  readonly replay: (lines: readonly Line[]) => Promise<readonly Difference[]>
  readonly known: readonly Known[]
}

/** A test for each scenario, and one that no known difference is out of date. */
export function testRecorded<Line extends { readonly scenario: string }>({ lines, replay, known }: Recordings<Line>): void {
  const seen = new Set<Known | undefined>()

  test.each([...new Set(lines.map(({ scenario }) => scenario))])('%s', async (name) => {
    const differences = await replay(lines.filter(({ scenario }) => scenario === name))
    for (const one of differences) seen.add(knownIn(known, one))
    expect(differences.filter((one) => knownIn(known, one) === undefined)).toEqual([])
  })

  test('every known difference is seen', () => {
    expect(known.filter((one) => !seen.has(one)).map(({ what }) => what)).toEqual([])
  })
}

export interface Page {
  readonly path: URL
  readonly renderPage: () => string
  /** Writes it. */
  readonly command: string
}

export function testPage({ path, renderPage, command }: Page): void {
  test(`docs/${path.pathname.split('/').at(-1)} is up to date`, async () => {
    expect(await readFile(path, 'utf8'), `write it again: ${command}`).toBe(renderPage())
  })
}
