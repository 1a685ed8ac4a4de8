/** Takes the marks off Services while no controller runs; their load balancers stay. Every step may be repeated. */
import { publish } from '../../kubernetes/publish.ts'
import { wait } from '../../model/clock.ts'
import type { Service } from '../../model/cluster.ts'
import { marksOn, type Marked, markedLine, type ReleaseContext, titleOf } from './marked.ts'

/** At the same time; the client keeps to its own rate besides. */
const SIDE_BY_SIDE = 10
const TRIES = 5
/** After which a controller that still runs would have put a finalizer back. */
const SETTLED_MS = 3_000

export interface Keeping extends ReleaseContext {
  readonly marked: readonly Marked[]
  /** It was said of each already that it is released. */
  readonly isSaid?: boolean
}

/** Answers the exit code. */
export async function keepAndRelease(keeping: Keeping): Promise<number> {
  const { marked, isSaid = false, clock, signal, say } = keeping
  const rest = [...marked]
  const left: string[] = []
  let done = 0
  const work = async (): Promise<void> => {
    for (let one = rest.shift(); one !== undefined && !signal.aborted; one = rest.shift()) {
      const problem = await unmark(one, keeping)
      if (problem !== undefined) left.push(`${titleOf(one)}: ${problem}`)
      else if (++done > 0 && !isSaid) say(`Released ${markedLine(one)} (${done} of ${marked.length}).`)
    }
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work))
  for (const line of left) say(`Not released: ${line}`)
  if (left.length > 0 || signal.aborted) {
    say(`${marked.length - done} of ${marked.length} Services are left. Run the command again: what is released stays released.`)
    return 1
  }
  await wait(clock, SETTLED_MS, signal)
  return isStillReleased(keeping)
}

/** Undefined: nothing of ours is on it any more. */
async function unmark({ service, providers }: Marked, { api, clock, signal }: Keeping): Promise<string | undefined> {
  let present: Service | undefined = service
  let problem = ''
  for (let i = 0; i < TRIES && present !== undefined; i++) {
    const done = await unmarkOnce(present, providers, { api, clock, signal }).catch((error: unknown) => ({ problem: messageOf(error) }))
    if (done === undefined) return undefined
    problem = done.problem
    present = await api.getService(service.metadata.namespace, service.metadata.name, signal).catch(() => present)
    if (present?.metadata.uid !== service.metadata.uid) return undefined
  }
  return present === undefined ? undefined : problem
}

/** The Service without class may be taken by Kubernetes' own service controller, which counts on the finalizer that it finds. */
async function unmarkOnce(
  service: Service,
  providers: readonly string[],
  { api, clock, signal }: Pick<Keeping, 'api' | 'clock' | 'signal'>,
): Promise<{ readonly problem: string } | undefined> {
  let present = service
  const upstream = service.spec.type === 'LoadBalancer' && service.spec.loadBalancerClass === undefined ? 'release' : 'remove'
  for (const provider of providers) {
    const published = await publish(api, present, { provider, finalizer: 'remove', upstream }, clock.date(), signal)
    if (published.kind === 'gone') return undefined
    if (published.kind === 'changed') return { problem: published.message }
    present = published.service
  }
  return undefined
}

async function isStillReleased({ api, marked, signal, say }: Keeping): Promise<number> {
  const first = marked[0]?.service.metadata
  const present = first === undefined ? undefined : await api.getService(first.namespace, first.name, signal)
  if (first === undefined || present === undefined || present.metadata.uid !== first.uid || marksOn(present, []) === undefined) return 0
  say('A controller that still runs put its finalizer back. End it, and run the command again.')
  return 1
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
