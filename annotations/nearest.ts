/** Which known word may have been meant. */

/** The nearest of `known` by edits (insert, delete, replace, swap); undefined when none is near enough to be meant. Of equals the first. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: { word: string; edits: number } | undefined
  for (const each of known) {
    const most = Math.max(2, Math.floor(each.length / 3))
    // Of lengths that far apart no edits are few enough, and a long word costs nothing.
    if (Math.abs(each.length - word.length) > most) continue
    const edits = editsBetween(word, each)
    if (edits <= most && (best === undefined || edits < best.edits)) best = { word: each, edits }
  }
  return best?.word
}

/** Optimal string alignment distance. */
function editsBetween(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (beforeLast[j - 2] ?? 0) + 1 : Infinity
      const replace = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replace, swap))
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
