/** What a real API server answered, normalised, so that the comparison goes on where there is none. */
import { readFileSync, writeFileSync } from 'node:fs'
import type { Json } from './case.ts'

export interface Recording {
  /** Of kube-apiserver. */
  readonly version: string
  /** The answers by the name of the case. */
  readonly answers: Readonly<Record<string, Json>>
}

export const RECORD_COMMAND = 'npm exec -- node test/kubernetes/comparison/record.ts'
const FILE = new URL('recorded.jsonl', import.meta.url)

/** The first line is the version, each other one a case: so a change is seen where it is. */
export function readRecording(): Recording {
  const [version, ...cases] = readFileSync(FILE, 'utf8').trimEnd().split('\n')
  return { version: JSON.parse(version ?? '""') as string, answers: Object.fromEntries(cases.map((line) => JSON.parse(line) as [string, Json])) }
}

export function writeRecording({ version, answers }: Recording): void {
  writeFileSync(FILE, [version, ...Object.entries(answers)].map((line) => `${JSON.stringify(line)}\n`).join(''))
}
