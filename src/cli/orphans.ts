/** `fairlead orphans`: lists what the running controller has found in the clouds without a Service, and asks the controller to delete it. */
import { wait } from '../model/clock.ts'
import { SettingError } from '../config.ts'
import { durationText } from '../controller/services/sentences.ts'
import type { ListedOrphan } from '../controller/stacks/orphan-list.ts'
import { type KubernetesApi, KubernetesError } from '../kubernetes/api.ts'
import { escaped } from '../model/text.ts'
import { connectTo, logOf, type Surroundings } from './connection.ts'
import { type ControllerSettings, findSettings } from './controller-settings.ts'
import { DELETE_KEY, ORPHANS_KEY, readPublished, requestedIn, REQUESTS_MANAGER, serviceText, type PublishedOrphans } from './orphan-reports.ts'
import type { CommandBody, Terminal } from './program.ts'

const ANSWER_WITHIN_MS = 60_000
const LIST_WITHIN_MS = 15_000
const EVERY_MS = 1_000

export function orphansCommand(surroundings: Surroundings): CommandBody {
  return async (settings, terminal, names) => {
    const { clock } = surroundings
    const connection = await connectTo(settings, terminal, surroundings, logOf(settings, terminal, clock))
    try {
      const { api, namespace } = connection
      const find = (): Promise<ControllerSettings | undefined> => findSettings({ api, settings, namespace, clock, signal: terminal.signal })
      let found = await find()
      // A controller that has just started has not read what every provider holds.
      for (const endAt = clock.now() + LIST_WITHIN_MS; found !== undefined && found.orphans === undefined && clock.now() < endAt; found = await find())
        await wait(clock, EVERY_MS, terminal.signal)
      const { place, orphans, total, isNeverDelete, writtenAt } = publishedIn(found)
      const chosen = names.length === 0 ? orphans : chosenOf(orphans, names)
      if (settings.delete) return await deleteOrphans({ api, place, terminal, surroundings, chosen, isNeverDelete, isJson: settings.output === 'json' })
      terminal.out(
        settings.output === 'json'
          ? `${JSON.stringify({ writtenAt: writtenAt ?? null, total, orphans: chosen }, undefined, 2)}\n`
          : `${tableOf(chosen, names.length === 0 ? total : chosen.length)}${ageText(writtenAt, clock.date())}`,
      )
      return 0
    } finally {
      await connection.close()
    }
  }
}

function publishedIn(found: ControllerSettings | undefined): PublishedOrphans & Pick<ControllerSettings, 'place'> {
  if (found === undefined)
    throw new Error(
      'no running controller has published a list of orphans. Start a controller with `fairlead run`, or name its Lease with --lease-namespace and --lease-name.',
    )
  const published = readPublished(found.orphans)
  if (published === undefined)
    throw new Error(`${found.where} holds no list of orphans yet. The controller writes it once it has read what every provider holds; run this command again.`)
  return { ...published, place: found.place }
}

/** Each name is NAMESPACE/NAME or a UID. Throws when one names nothing: nothing is deleted for the others then. */
function chosenOf(orphans: readonly ListedOrphan[], names: readonly string[]): readonly ListedOrphan[] {
  const isMeant = (orphan: ListedOrphan, text: string): boolean => text === orphan.uid || text === serviceText(orphan)
  const unknown = names.filter((text) => !orphans.some((orphan) => isMeant(orphan, text)))
  if (unknown.length > 0)
    throw new SettingError(
      `${unknown.map((text) => JSON.stringify(text)).join(', ')} names no orphan; \`fairlead orphans\` lists them by NAMESPACE/NAME and UID`,
    )
  return orphans.filter((orphan) => names.some((text) => isMeant(orphan, text)))
}

interface Deletion {
  readonly api: Pick<KubernetesApi, 'getConfigMap' | 'applyConfigMap'>
  readonly place: ControllerSettings['place']
  readonly terminal: Terminal
  readonly surroundings: Pick<Surroundings, 'clock'>
  readonly chosen: readonly ListedOrphan[]
  readonly isNeverDelete: boolean
  readonly isJson: boolean
}

async function deleteOrphans({ api, place, terminal, surroundings: { clock }, chosen, isNeverDelete, isJson }: Deletion): Promise<number> {
  const { signal, out, err } = terminal
  const say = (text: string): void => (isJson ? err : out)(text)
  if (chosen.length === 0) {
    if (isJson) out(`${JSON.stringify({ deleted: [], left: [] }, undefined, 2)}\n`)
    else out('There are no orphans.\n')
    return 0
  }
  if (isNeverDelete)
    throw new Error('the controller runs with --never-delete and deletes no load balancer. Start it without --never-delete, and run this command again.')
  const wanted = new Set(chosen.map(({ uid }) => uid))
  await request(api, place, wanted, signal)
  say(`Asked the controller to delete ${chosen.length === 1 ? '1 orphan' : `${chosen.length} orphans`}.\n`)
  const endAt = clock.now() + ANSWER_WITHIN_MS
  let left = chosen
  while (left.length > 0 && clock.now() < endAt && !signal.aborted) {
    await wait(clock, EVERY_MS, signal)
    const now = readPublished((await api.getConfigMap(place.namespace, place.name, signal))?.data?.[ORPHANS_KEY])
    if (now === undefined) continue
    const there = now.orphans.filter(({ uid }) => wanted.has(uid))
    for (const orphan of left) if (!there.some((one) => isSame(one, orphan))) say(`Deleted ${escaped(titleOf(orphan))}.\n`)
    left = left.filter((orphan) => there.some((one) => isSame(one, orphan)))
  }
  if (isJson) out(`${JSON.stringify({ deleted: chosen.filter((orphan) => !left.includes(orphan)), left }, undefined, 2)}\n`)
  if (left.length === 0) return 0
  err(
    `fairlead: not deleted within ${ANSWER_WITHIN_MS / 1000} seconds: ${left.map((orphan) => escaped(titleOf(orphan))).join(', ')}. The request stays, and the controller carries it out as soon as it can; its log says what is in the way.\n`,
  )
  return 1
}

function isSame(a: ListedOrphan, b: ListedOrphan): boolean {
  return a.provider === b.provider && a.stack === b.stack && a.uid === b.uid
}

/** Beside requests that are not carried out yet. */
async function request(api: Deletion['api'], { namespace, name }: Deletion['place'], uids: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
  const found = await api.getConfigMap(namespace, name, signal)
  const there = new Set(readPublished(found?.data?.[ORPHANS_KEY])?.orphans.map(({ uid }) => uid))
  const all = new Set([...requestedIn(found).filter((uid) => there.has(uid)), ...uids])
  try {
    await api.applyConfigMap({ metadata: { namespace, name }, data: { [DELETE_KEY]: [...all].join(' ') } }, signal, REQUESTS_MANAGER)
  } catch (error) {
    if (!(error instanceof KubernetesError) || error.status !== 403) throw error
    throw new Error(`you may not change ConfigMap ${namespace}/${name}, in which the controller is asked; it takes the verb patch on it: ${error.message}`, {
      cause: error,
    })
  }
}

function titleOf(orphan: ListedOrphan): string {
  const { provider, uid } = orphan
  const service = serviceText(orphan)
  return service === undefined ? `UID ${uid} (${provider})` : `${service} (${provider}, UID ${uid})`
}

/** How old the list is: a controller that does not run any more leaves its last one. */
function ageText(writtenAt: string | undefined, now: Date): string {
  if (writtenAt === undefined) return ''
  const ageMs = Math.max(0, now.getTime() - Date.parse(writtenAt))
  const unitMs = [3_600_000, 60_000, 1_000].find((each) => ageMs >= 2 * each) ?? 1_000
  return `The controller wrote this list ${durationText(Math.floor(ageMs / unitMs) * unitMs)} ago, at ${writtenAt}. It writes it again when it changes.\n`
}

const COLUMNS = ['PROVIDER', 'STACK', 'SERVICE', 'UID', 'ADDRESS', 'HOLDS', 'FIRST SEEN', 'DELETED'] as const

function tableOf(orphans: readonly ListedOrphan[], total: number): string {
  if (total === 0) return 'There are no orphans: every load balancer that was found has its Service.\n'
  const rows = orphans.map((orphan) => {
    const { provider, stack, uid, addresses, holds, firstSeen, state, deletedAt } = orphan
    return [
      provider,
      stack,
      serviceText(orphan) ?? '-',
      uid,
      addresses.join(',') || '-',
      holds.join(', ') || '-',
      firstSeen,
      state === 'waiting' ? String(deletedAt) : state === 'kept' ? 'never' : 'now',
    ].map(escaped)
  })
  const widths = COLUMNS.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd()
  const more = total > orphans.length ? `and ${total - orphans.length} more\n` : ''
  return `${[line(COLUMNS), ...rows.map(line)].join('\n')}\n${more}`
}
