/**
 * `fairlead stand-down DEPLOYMENT`: ends the controller's Pods and waits until they have released the Lease. The chart's uninstall hook runs it before helm
 * deletes the roles: without its role a Pod cannot release the Lease, and the next installation would wait until the Lease runs out.
 */
import { SettingError } from '../config.ts'
import { isHeldBy } from '../desired/eligible.ts'
import type { KubernetesApi } from '../kubernetes/api.ts'
import { type Clock, wait } from '../model/clock.ts'
import type { Log } from '../model/log.ts'
import { ownerName } from '../model/owner.ts'
import { connectTo, logOf, type Surroundings } from './connection.ts'
import { leasePlaceOf, type LeasePlace } from './controller-settings.ts'
import type { CommandBody } from './program.ts'

const WITHIN_MS = 30_000
const EVERY_MS = 1_000
/** A copy that has not been asked to end yet may take a Lease that has just been released. */
const FREE_READS = 2

/**
 * Answers 0 when the Lease is released, and 1 when it is not known to be. With `--best-effort` it answers 0 whatever happens, so that it never blocks an uninstall,
 * except with `--refuse-with-services` where Services carry a finalizer that only the controller takes off: then it changes nothing and answers 1. Its log says what
 * it did. Throws a SettingError when no Deployment is named.
 */
export function standDownCommand(surroundings: Surroundings): CommandBody {
  return async (settings, terminal, [deployment]) => {
    if (deployment === undefined) throw new SettingError('stand-down takes the name of a Deployment: fairlead stand-down DEPLOYMENT')
    const { clock } = surroundings
    const log = logOf(settings, terminal, clock)
    let isDone = false
    try {
      const connection = await connectTo(settings, terminal, surroundings, log)
      try {
        const lease = leasePlaceOf(settings, connection)
        const held = settings['refuse-with-services']
          ? await heldServices({ api: connection.api, providers: settings.providers, log, signal: terminal.signal })
          : []
        if (held.length > 0) {
          log.error(REFUSED, { count: held.length, services: held.slice(0, MOST_NAMED) })
          return 1
        }
        isDone = await standDown({ api: connection.api, lease, deployment, clock, log, signal: terminal.signal })
      } finally {
        void connection.close()
      }
    } catch (error) {
      log.warn('the API server could not be reached', { error })
    }
    return isDone || settings['best-effort'] ? 0 : 1
  }
}

/** What helm shows of it is the name of the Job alone, so that its log has to say the rest. */
const REFUSED =
  'Services still carry a finalizer that only Fairlead takes off, and could not be deleted any more: nothing has been uninstalled. Delete them, or run `fairlead release --all` (docs/leave.md), and uninstall again. `helm uninstall --no-hooks` uninstalls all the same.'
const MOST_NAMED = 10
const PAGE = 500

export interface HeldOptions {
  readonly api: Pick<KubernetesApi, 'list'>
  readonly providers: readonly string[]
  readonly log: Log
  readonly signal: AbortSignal
}

/** The Services with a finalizer of one of the providers, by name; none where they cannot be listed, which is logged. */
export async function heldServices({ api, providers, log, signal }: HeldOptions): Promise<readonly string[]> {
  const held: string[] = []
  let from: string | undefined
  try {
    do {
      const page = await api.list('services', { limit: PAGE, ...(from === undefined ? {} : { continue: from }), signal })
      held.push(...page.items.filter((service) => providers.some((provider) => isHeldBy(service, provider))).map(({ metadata }) => ownerName(metadata)))
      from = page.continue
    } while (from !== undefined)
  } catch (error) {
    log.warn('the Services could not be listed: whether some would be left behind is not known', { error })
  }
  return held
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

/** Scales the Deployment to 0 and waits up to 30 seconds until the Lease has no holder. Answers whether it has none. Never rejects. */
export async function standDown(options: StandDownOptions): Promise<boolean> {
  const { api, lease, deployment, clock, log } = options
  const late = new AbortController()
  const timer = clock.setTimeout(() => late.abort(), WITHIN_MS)
  const signal = AbortSignal.any([options.signal, late.signal])
  const name = `${lease.namespace}/${lease.name}`
  try {
    if (!(await api.scaleDeployment(lease.namespace, deployment, 0, signal))) {
      const next = 'kubectl get deployments -A -l app.kubernetes.io/name=fairlead'
      log.warn('there is no such Deployment in the namespace of the Lease; name another with --lease-namespace', {
        deployment: `${lease.namespace}/${deployment}`,
        next,
      })
      return false
    }
    log.info('scaled the Deployment to 0; waiting until its Pods have released the Lease', { deployment: `${lease.namespace}/${deployment}`, lease: name })
    const isFree = await isReleased({ ...options, signal })
    if (isFree) log.info('the Lease is released', { lease: name })
    else log.warn('the Lease was not released in time: the next installation waits until it runs out', { lease: name, waitedSeconds: WITHIN_MS / 1000 })
    return isFree
  } catch (error) {
    log.warn('the Deployment could not be scaled to 0: the next installation waits until the Lease runs out', { lease: name, error })
    return false
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
