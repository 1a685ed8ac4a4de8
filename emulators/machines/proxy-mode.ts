/** How nodes choose among endpoints: what kube-proxy has as `--proxy-mode` and `--ipvs-scheduler`. */
import { SCHEDULERS, type SchedulerName } from './ipvs/schedulers.ts'

export const MODES = ['iptables', 'nftables', 'ipvs', 'userspace'] as const

export interface ProxyMode {
  /** `iptables` and `nftables` choose at random, `userspace` takes turns, `ipvs` asks the scheduler. */
  readonly mode: (typeof MODES)[number]
  /** Counts in mode `ipvs` alone. */
  readonly scheduler: SchedulerName
}

export const DEFAULT_PROXY_MODE: ProxyMode = { mode: 'iptables', scheduler: 'rr' }

/** What of `before` changes by a request; a text says what is wrong with it. */
export function changedMode(before: ProxyMode, asked: unknown): ProxyMode | string {
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) return 'the body is not an object; allowed: {"mode": ..., "scheduler": ...}'
  const { mode = before.mode, scheduler = before.scheduler, ...others }: Readonly<Record<string, unknown>> = { ...asked }
  const [stranger] = Object.keys(others)
  if (stranger !== undefined) return `there is no field ${JSON.stringify(stranger)}; allowed: mode, scheduler`
  const [knownMode, knownScheduler] = [MODES.find((one) => one === mode), SCHEDULERS.find((one) => one === scheduler)]
  if (knownMode === undefined) return `mode is ${JSON.stringify(mode)}; allowed: ${MODES.join(', ')}`
  if (knownScheduler === undefined) return `scheduler is ${JSON.stringify(scheduler)}; allowed: ${SCHEDULERS.join(', ')}`
  return { mode: knownMode, scheduler: knownScheduler }
}
