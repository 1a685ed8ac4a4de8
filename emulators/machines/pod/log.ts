/** What a container printed: the last lines, within bounds, and the next ones for those that follow. */
import type { LogLine, LogListener, PodLog } from '../../kubernetes/index.ts'

const MOST_LINES = 1_000
const MOST_IN_LINE = 1_024

export interface ContainerLog extends PodLog {
  /** A line; what is longer than 1,024 characters is cut. */
  add(text: string): void
  /** The container is gone: nothing follows. */
  end(): void
}

export function createLog(now: () => Date): ContainerLog {
  const lines: LogLine[] = []
  const listeners = new Set<LogListener>()
  return {
    lines,
    add(text) {
      const line = { at: now(), text: printable(text.slice(0, MOST_IN_LINE)) }
      if (lines.push(line) > MOST_LINES) lines.shift()
      for (const listener of listeners) listener.onLine(line)
    },
    follow(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    end() {
      for (const listener of listeners) listener.onEnd()
      listeners.clear()
    },
  }
}

/** What clients send may hold line ends and what a terminal obeys. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is sought
  return text.replaceAll(/[\u0000-\u001F\u007F-\u009F]/g, '?')
}
