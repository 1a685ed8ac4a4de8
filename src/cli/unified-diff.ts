/** The difference of two texts as `diff -u` and `patch` have it. */

const CONTEXT = 3
/** Of a table of both sides' lines, beyond which the middle counts as replaced. */
const MOST_CELLS = 4_000_000

/** One line of two texts: of both, of the first alone, or of the second alone. */
export interface EditedLine {
  readonly mark: ' ' | '-' | '+'
  readonly text: string
}

/** Empty where they are equal. `name` stands for both files. */
export function unifiedDiff(name: string, before: string, after: string): string {
  const lines = editsOf(linesOf(before), linesOf(after))
  const hunks = hunksOf(lines)
  return hunks.length === 0 ? '' : `--- a/${name}\n+++ b/${name}\n${hunks.map((hunk) => hunkText(lines, hunk)).join('')}`
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}

/** All lines of two texts, in order. */
export function editsOf(a: readonly string[], b: readonly string[]): readonly EditedLine[] {
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  const same = (text: string): EditedLine => ({ mark: ' ', text })
  return [...a.slice(0, start).map(same), ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)), ...a.slice(a.length - end).map(same)]
}

/** By the longest common subsequence. */
function middle(a: readonly string[], b: readonly string[]): readonly EditedLine[] {
  const lengths = a.length * b.length > MOST_CELLS ? undefined : commonLengths(a, b)
  const lines: EditedLine[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (lengths !== undefined && i < a.length && j < b.length && a[i] === b[j]) lines.push({ mark: ' ', text: a[i++] ?? '' }, ...((j++, []) as EditedLine[]))
    else if (i < a.length && (j >= b.length || lengths === undefined || (lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0)))
      lines.push({ mark: '-', text: a[i++] ?? '' })
    else lines.push({ mark: '+', text: b[j++] ?? '' })
  }
  return lines
}

/** Of what follows each pair of lines. */
function commonLengths(a: readonly string[], b: readonly string[]): readonly Uint32Array[] {
  const rows = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    const [row, next] = [rows[i], rows[i + 1]]
    if (row === undefined || next === undefined) continue
    for (let j = b.length - 1; j >= 0; j--) row[j] = a[i] === b[j] ? (next[j + 1] ?? 0) + 1 : Math.max(next[j] ?? 0, row[j + 1] ?? 0)
  }
  return rows
}

interface Hunk {
  readonly from: number
  /** Exclusive. */
  readonly to: number
}

function hunksOf(lines: readonly EditedLine[]): readonly Hunk[] {
  const hunks: { from: number; to: number }[] = []
  for (const [i, { mark }] of lines.entries()) {
    if (mark === ' ') continue
    const [from, to] = [Math.max(0, i - CONTEXT), Math.min(lines.length, i + 1 + CONTEXT)]
    const last = hunks.at(-1)
    if (last !== undefined && from <= last.to) last.to = to
    else hunks.push({ from, to })
  }
  return hunks
}

function hunkText(lines: readonly EditedLine[], { from, to }: Hunk): string {
  const count = (part: readonly EditedLine[], without: EditedLine['mark']): number => part.filter(({ mark }) => mark !== without).length
  const part = lines.slice(from, to)
  const side = (without: EditedLine['mark']): string => {
    const length = count(part, without)
    const first = count(lines.slice(0, from), without) + (length === 0 ? 0 : 1)
    return `${first},${length}`
  }
  return `@@ -${side('+')} +${side('-')} @@\n${part.map(({ mark, text }) => `${mark}${text}\n`).join('')}`
}
