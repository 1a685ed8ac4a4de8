/** What a release is made from: the version, the commit and its time. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { command } from '../command.ts'

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url))

export interface Source {
  readonly name: string
  readonly description: string
  readonly license: string
  /** As package.json has it, which is the one place for it. */
  readonly version: string
  /** The commit, or `unknown` outside a checkout. */
  readonly commit: string
  /** Of the commit, or SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch/): seconds since 1970. */
  readonly seconds: number
  /** Files that differ from the commit. */
  readonly changed: readonly string[]
}

/** Throws where neither git nor SOURCE_DATE_EPOCH has a time. */
export function readSource(environment: Readonly<Record<string, string | undefined>>): Source {
  const { name, description, license, version } = JSON.parse(readFileSync(`${PROJECT}package.json`, 'utf8')) as Record<
    'name' | 'description' | 'license' | 'version',
    string
  >
  const commit = git(['rev-parse', 'HEAD'])
  const seconds = environment['SOURCE_DATE_EPOCH'] ?? git(['log', '-1', '--format=%ct'])
  if (seconds === undefined || !/^\d+$/.test(seconds))
    throw new Error('the time of the release is not known: set SOURCE_DATE_EPOCH to seconds since 1970, or build in a git checkout')
  const changed = git(['status', '--porcelain'])?.split('\n') ?? []
  return { name, description, license, version, commit: commit ?? 'unknown', seconds: Number(seconds), changed: changed.filter((line) => line !== '') }
}

function git(args: readonly string[]): string | undefined {
  try {
    return command('git', args, { cwd: PROJECT }).trim()
  } catch {
    return undefined
  }
}

/** As documents have it: `2026-11-30T08:00:00.000Z`. */
export function timeOf({ seconds }: Pick<Source, 'seconds'>): string {
  return new Date(seconds * 1000).toISOString()
}
