/** The operator's policy as a file: read at the start, and again when it changes. */
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { AnnotationSet } from '../../annotations/define.ts'
import { SettingError, type Settings } from '../config.ts'
import type { Clock, Timer } from '../model/clock.ts'
import type { Log } from '../model/log.ts'
import type { Metrics } from '../observability/metrics.ts'
import type { Policy } from '../policy/policy.ts'
import { readPolicy } from '../policy/read.ts'

/** What a policy may be about: all that may be read of a Service. */
type Sets = readonly AnnotationSet<unknown>[]

export interface PolicyFile {
  readonly path: string
  readonly text: string
  readonly policy: Policy
}

/** The policy that the settings name; undefined: none. Throws a SettingError that names everything that is wrong with the file. */
export function policyIn(settings: Pick<Settings, 'policy-file'>, sets: Sets): PolicyFile | undefined {
  const path = settings['policy-file']
  if (path === undefined) return undefined
  const text = textOf(path)
  return { path, text, policy: policyOf(text, path, sets) }
}

export interface FollowOptions {
  /** As it was read at the start. */
  readonly file: PolicyFile
  readonly annotations: Sets
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Pick<Metrics, 'set' | 'count'>
  /** Called with each new valid policy. */
  readonly change: (policy: Policy, text: string) => Promise<void>
}

/**
 * A ConfigMap's file is a link that is exchanged about a minute after the ConfigMap; no event of the file system reports that on every system, and the file is
 * small.
 */
const EVERY_MS = 5_000

/** Reads the file again and again, and answers how to stop. A file that is missing or wrong changes nothing: the last valid policy stays in force. */
export function followPolicy(options: FollowOptions): () => void {
  const { file, clock, metrics } = options
  let isStopped = false
  let timer: Timer | undefined
  /** The text that is in force, or for which the operator was warned. */
  let last: string | undefined = file.text
  metrics.set('fairlead_policy_file_valid', 1)
  const look = async (): Promise<void> => {
    const text = await readFile(file.path, 'utf8').catch((error: unknown) => {
      if (last !== undefined) warn(options, error)
      return undefined
    })
    if (isStopped || text === last) return
    last = text
    if (text !== undefined) await take(options, text)
  }
  const again = (): void => {
    timer = clock.setTimeout(() => void look().then(() => (isStopped ? undefined : again())), EVERY_MS)
  }
  again()
  return () => {
    isStopped = true
    timer?.cancel()
  }
}

function warn({ file, log, metrics }: FollowOptions, error: unknown): void {
  metrics.set('fairlead_policy_file_valid', 0)
  metrics.count('fairlead_policy_reloads_total', { result: 'refused' })
  log.warn('the policy file cannot be used; the last valid policy stays in force', {
    file: file.path,
    error: error instanceof Error ? error.message : String(error),
  })
}

async function take(options: FollowOptions, text: string): Promise<void> {
  const { file, annotations, log, metrics, change } = options
  let policy: Policy
  try {
    policy = policyOf(text, file.path, annotations)
  } catch (error) {
    warn(options, error)
    return
  }
  metrics.set('fairlead_policy_file_valid', 1)
  metrics.count('fairlead_policy_reloads_total', { result: 'applied' })
  log.info('the policy file changed; its rules are in force', { file: file.path, rules: policy.rules.map(({ name }) => name) })
  await change(policy, text)
}

/** The policy that a controller has published. Throws a SettingError. */
export function publishedPolicy(text: string, where: string, sets: Sets): Policy {
  const read = readPolicy(text, sets)
  if ('policy' in read) return read.policy
  throw new SettingError(`the policy in ${where} cannot be used by this version:${read.problems.map((problem) => `\n  ${problem}`).join('')}`)
}

function policyOf(text: string, path: string, sets: Sets): Policy {
  const read = readPolicy(text, sets)
  if ('policy' in read) return read.policy
  throw new SettingError(`--policy-file is ${JSON.stringify(path)}, which cannot be used:${read.problems.map((problem) => `\n  ${problem}`).join('')}`)
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new SettingError(`--policy-file is ${JSON.stringify(path)}, which cannot be read: ${why}`, { cause: error })
  }
}
