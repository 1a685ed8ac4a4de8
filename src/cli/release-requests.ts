/**
 * Which Services the operator has released: their uids, in the ConfigMap of the controller's settings. The running controller treats them as if they did not ask
 * for it, so that it deletes their load balancers and takes its marks off them. A request holds as long as it stands there: a Service that was let go is not taken
 * up again by the next process.
 */
import type { Controller } from '../controller/controller.ts'
import { type ConfigMap, type KubernetesApi, KubernetesError } from '../kubernetes/api.ts'
import { type Clock, wait } from '../model/clock.ts'
import type { Log } from '../model/log.ts'
import type { LeasePlace } from './controller-settings.ts'

/** In the ConfigMap: uids, separated by spaces. */
const RELEASE_KEY = 'release'

/** The field manager of the requests: what the controller itself wrote stays. */
const RELEASE_MANAGER = 'fairlead-release'

/** A uid has 36 characters, and a ConfigMap takes 1 MiB, with the list of orphans. */
export const MOST_RELEASED = 15_000

const EVERY_MS = 5_000
const FIRST_TRIES = 3
const BETWEEN_TRIES_MS = 1_000

export function releasedIn(configMap: ConfigMap | undefined): ReadonlySet<string> {
  return new Set((configMap?.data?.[RELEASE_KEY] ?? '').split(/\s+/).filter((uid) => uid !== ''))
}

/** Throws a KubernetesError. */
export async function requestRelease(
  api: Pick<KubernetesApi, 'applyConfigMap'>,
  { namespace, name }: LeasePlace,
  uids: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  const data = uids.size === 0 ? {} : { data: { [RELEASE_KEY]: [...uids].join(' ') } }
  await api.applyConfigMap({ metadata: { namespace, name }, ...data }, signal, RELEASE_MANAGER)
}

export interface FollowReleasesOptions {
  readonly api: Pick<KubernetesApi, 'getConfigMap'>
  /** The ConfigMap. */
  readonly place: LeasePlace
  readonly release: Controller['release']
  /** Resolves when the Lease is held. */
  readonly elected: Promise<void>
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

/**
 * Reads the requests once the Lease is held, and every five seconds from then on, until `signal`. Resolves with the first reading, before which no Service may
 * be taken up, or when it could not be read: a controller works without it. Never rejects.
 */
export async function followReleases(options: FollowReleasesOptions): Promise<void> {
  const { elected, clock, log, place, signal } = options
  await elected.catch(() => undefined)
  for (let i = 0; i < FIRST_TRIES && !signal.aborted; i++) {
    if (await read(options)) break
    if (i === FIRST_TRIES - 1) log.warn('the requests to release Services could not be read', { configMap: `${place.namespace}/${place.name}` })
    else await wait(clock, BETWEEN_TRIES_MS, signal)
  }
  void follow(options)
}

async function follow(options: FollowReleasesOptions): Promise<void> {
  const { clock, signal } = options
  while (!signal.aborted) {
    await wait(clock, EVERY_MS, signal)
    if (!signal.aborted) await read(options)
  }
}

/** False: to be tried again. */
async function read({ api, place, release, log, signal }: FollowReleasesOptions): Promise<boolean> {
  try {
    release(releasedIn(await api.getConfigMap(place.namespace, place.name, signal)))
    return true
  } catch (error) {
    if (!signal.aborted) log.debug('the requests to release Services could not be read', { configMap: `${place.namespace}/${place.name}`, error })
    return error instanceof KubernetesError && error.status === 403
  }
}
