/**
 * `fairlead stand-down DEPLOYMENT`: ends the controller's Pods and waits until they have released the Lease. The chart's uninstall hook runs it before helm
 * deletes the roles: without its role a Pod cannot release the Lease, and the next installation would wait until the Lease runs out.
 */
import { SettingError } from '../config.ts'
import type { KubernetesApi } from '../kubernetes/api.ts'
import { type Clock, wait } from '../model/clock.ts'
import type { Log } from '../model/log.ts'
import { connectTo, logOf, type Surroundings } from './connection.ts'
import { leasePlaceOf, type LeasePlace } from './controller-settings.ts'
import type { CommandBody } from './program.ts'

const WITHIN_MS = 30_000
const EVERY_MS = 1_000
/** A copy that has not been asked to end yet may take a Lease that has just been released. */
const FREE_READS = 2

/** Answers 0 whatever happens, so that it never blocks an uninstall; its log says what it did. Throws a SettingError when no Deployment is named. */
export function standDownCommand(surroundings: Surroundings): CommandBody {
  return async (settings, terminal, [deployment]) => {
    if (deployment === undefined) throw new SettingError('stand-down takes the name of a Deployment: fairlead stand-down DEPLOYMENT')
    const { clock } = surroundings
    const log = logOf(settings, terminal, clock)
    try {
      const connection = await connectTo(settings, terminal, surroundings, log)
      try {
        const lease = leasePlaceOf(settings, connection)
        await standDown({ api: connection.api, lease, deployment, clock, log, signal: terminal.signal })
      } finally {
        void connection.close()
      }
    } catch (error) {
      log.warn('the API server could not be reached', { error })
    }
    return 0
  }
}

export interface StandDownOptions {
  readonly api: Pick<KubernetesApi, 'scaleDeployment' | 'getLease'>
  readonly lease: LeasePlace
  /** In the namespace of the Lease. */
  readonly deployment: string
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

/** Scales the Deployment to 0 and waits up to 30 seconds until the Lease has no holder. Never rejects. */
export async function standDown(options: StandDownOptions): Promise<void> {
  const { api, lease, deployment, clock, log } = options
  const late = new AbortController()
  const timer = clock.setTimeout(() => late.abort(), WITHIN_MS)
  const signal = AbortSignal.any([options.signal, late.signal])
  const name = `${lease.namespace}/${lease.name}`
  try {
    if (!(await api.scaleDeployment(lease.namespace, deployment, 0, signal))) {
      log.info('there is no such Deployment: nothing to end', { deployment: `${lease.namespace}/${deployment}` })
      return
    }
    log.info('scaled the Deployment to 0; waiting until its Pods have released the Lease', { deployment: `${lease.namespace}/${deployment}`, lease: name })
    if (await isReleased({ ...options, signal })) log.info('the Lease is released', { lease: name })
    else log.warn('the Lease was not released in time: the next installation waits until it runs out', { lease: name, waitedSeconds: WITHIN_MS / 1000 })
  } catch (error) {
    log.warn('the Deployment could not be scaled to 0: the next installation waits until the Lease runs out', { lease: name, error })
  } finally {
    timer.cancel()
  }
}

/** False: `signal` was aborted first. */
async function isReleased({ api, lease, clock, log, signal }: StandDownOptions): Promise<boolean> {
  let free = 0
  while (!signal.aborted) {
    try {
      const found = await api.getLease(lease.namespace, lease.name, signal)
      free = (found?.spec.holderIdentity ?? '') === '' ? free + 1 : 0
      if (free === FREE_READS) return true
    } catch (error) {
      if (!signal.aborted) log.debug('the Lease could not be read', { error })
    }
    await wait(clock, EVERY_MS, signal)
  }
  return false
}
