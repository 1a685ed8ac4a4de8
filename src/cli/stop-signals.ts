/** SIGINT and SIGTERM: the first asks for a clean end, a second one ends the process at once. */

export interface StopSignals {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown
  exit(code: number): void
}

/** A signal to a whole process group reaches us twice under npm: from the kernel, and from npm, which passes its own on. */
const SAME_SIGNAL_WITHIN_MS = 1000

/** The exit code of a process that did not wait for the calls under way. */
const NOT_WAITED = 130

/** Aborts the returned signal at the first SIGINT or SIGTERM. `now` is in milliseconds, by a monotonic clock. */
export function stopOnSignals(source: StopSignals, now: () => number): AbortSignal {
  const abort = new AbortController()
  let first: { readonly signal: string; readonly at: number } | undefined
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    source.on(signal, () => {
      if (first === undefined) {
        first = { signal, at: now() }
        abort.abort(new Error(signal))
      } else if (signal !== first.signal || now() - first.at >= SAME_SIGNAL_WITHIN_MS) source.exit(NOT_WAITED)
    })
  }
  return abort.signal
}
