/** What the system says of a process's memory. Linux alone tells it in this way. */
import { readFileSync } from 'node:fs'

export interface Resident {
  /** MiB. */
  readonly now: number
  /** The most since its start. */
  readonly peak: number
}

export function residentOf(pid: number): Resident {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  const mib = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) / 1024
  return { now: mib('VmRSS'), peak: mib('VmHWM') }
}
