/** Has the running controller let go of Services: it deletes their load balancers and takes its marks off. The request stands in the ConfigMap of its settings. */
import { KubernetesError } from '../../kubernetes/api.ts'
import { wait } from '../../model/clock.ts'
import { FINALIZERS, READY } from '../../model/names.ts'
import { escaped } from '../../model/text.ts'
import type { LeasePlace } from '../controller-settings.ts'
import { MOST_RELEASED, releasedIn, requestRelease } from '../release-requests.ts'
import { keepAndRelease } from './keeping.ts'
import { listMarked, type Marked, type ReleaseContext, titleOf } from './marked.ts'

const EVERY_MS = 2_000
/** Without any Service being released. */
const STALLED_MS = 600_000

export interface Deleting extends ReleaseContext {
  /** The ConfigMap. */
  readonly place: LeasePlace
  /** All providers. */
  readonly known: readonly string[]
  readonly marked: readonly Marked[]
}

/** Answers the exit code. The request stands until `--undo`, or goes with the ConfigMap: the controller does not take the Services up again. */
export async function deleteAndRelease(deleting: Deleting): Promise<number> {
  const { api, place, marked, signal, say } = deleting
  const before = releasedIn(await api.getConfigMap(place.namespace, place.name, signal))
  const uids = new Set([...before, ...marked.map(({ service }) => service.metadata.uid)])
  if (uids.size > MOST_RELEASED)
    throw new Error(`${uids.size} Services are more than the ${MOST_RELEASED} that can be released. Name some, and run \`fairlead release --undo\` after them.`)
  await allowed(place, requestRelease(api, place, uids, signal))
  say(`Asked the controller to release ${marked.length === 1 ? '1 Service' : `${marked.length} Services`}.`)
  const left = await whileReleased(deleting)
  if (left.length > 0) {
    for (const one of left) say(`Not released: ${titleOf(one)}: ${conditionOf(one)}`)
    say('The request stays, and the controller carries it out as soon as it can. Run the command again to follow it.')
    return 1
  }
  return unmarkRest(deleting)
}

/** The running controller serves all Services again that were released. */
export async function undoRelease({ api, signal, say }: ReleaseContext, { place }: { readonly place: LeasePlace }): Promise<number> {
  await allowed(place, requestRelease(api, place, new Set(), signal))
  say('The running controller serves all Services again that were released.')
  return 0
}

/** Says each that is released, and answers those that are not when nothing goes on any more, or the command is interrupted. */
async function whileReleased({ api, clock, known, marked, signal, say }: Deleting): Promise<readonly Marked[]> {
  let left = marked
  let movedAt = clock.now()
  while (left.length > 0 && !signal.aborted && clock.now() - movedAt < STALLED_MS) {
    await wait(clock, EVERY_MS, signal)
    const found = await listMarked(api, known, signal).catch(() => undefined)
    if (found === undefined) continue
    const present = new Map(found.map((one) => [one.service.metadata.uid, one]))
    const gone = left.filter(({ service: { metadata } }) => !isHeld(present.get(metadata.uid)))
    left = left.flatMap((one) => (gone.includes(one) ? [] : (present.get(one.service.metadata.uid) ?? [])))
    if (gone.length > 0) movedAt = clock.now()
    for (const [i, one] of gone.entries()) say(`Released ${titleOf(one)} (${marked.length - left.length - gone.length + i + 1} of ${marked.length}).`)
  }
  return left
}

function isHeld(marked: Marked | undefined): boolean {
  return marked !== undefined && (marked.service.metadata.finalizers ?? []).some((name) => name.startsWith(FINALIZERS))
}

/** A Service that was never served has no finalizer, and the controller says nothing about it any more: its conditions are left. */
async function unmarkRest({ marked, ...context }: Deleting): Promise<number> {
  const uids = new Set(marked.map(({ service }) => service.metadata.uid))
  const rest = (await listMarked(context.api, context.known, context.signal)).filter(({ service }) => uids.has(service.metadata.uid))
  return rest.length === 0 ? 0 : keepAndRelease({ ...context, marked: rest, isSaid: true })
}

function conditionOf({ service: { status } }: Marked): string {
  return escaped(status.conditions?.find(({ type }) => type === READY)?.message ?? 'the controller has not answered yet')
}

async function allowed({ namespace, name }: LeasePlace, write: Promise<void>): Promise<void> {
  try {
    await write
  } catch (error) {
    if (!(error instanceof KubernetesError) || error.status !== 403) throw error
    throw new Error(`you may not change ConfigMap ${namespace}/${name}, in which the controller is asked; it takes the verb patch on it: ${error.message}`, {
      cause: error,
    })
  }
}
