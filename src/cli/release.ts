/**
 * `fairlead release`: takes what Fairlead keeps on Services off them. By default the running controller is asked, which has the rights in the cloud and knows what
 * belongs to whom, and deletes the load balancers first. With `--keep-balancers` the command does it itself, while no controller runs: nothing in the cloud changes.
 */
import { SettingError, type Settings } from '../config.ts'
import { clusterId } from '../kubernetes/cluster-id.ts'
import type { ProviderEntry } from '../provider/entry.ts'
import { escaped } from '../model/text.ts'
import { connectTo, logOf, type Surroundings } from './connection.ts'
import { type ControllerSettings, findSettings, isHeldNow, leaseBeside, liveSettings } from './controller-settings.ts'
import { readPublished } from './orphan-reports.ts'
import { readName } from './plan.ts'
import type { CommandBody } from './program.ts'
import { deleteAndRelease, undoRelease } from './release/deleting.ts'
import { keepAndRelease } from './release/keeping.ts'
import { isProtected, listMarked, type Marked, markedLine, type ReleaseContext } from './release/marked.ts'

/** By name. */
type Providers = Readonly<Record<string, Pick<ProviderEntry, 'annotations' | 'foundBy'>>>

/** Exit codes: 0 done, or listed; 1 something is left; 2 asked for in a wrong way. */
export function releaseCommand(providers: Providers, surroundings: Surroundings): CommandBody {
  return async (settings, terminal, names) => {
    const { all, undo } = settings
    if (undo ? all || settings['keep-balancers'] || names.length > 0 : all === names.length > 0)
      throw new SettingError('say what to release, in one way: --all, or NAMESPACE/NAME; or --undo alone')
    const { clock } = surroundings
    const connection = await connectTo(settings, terminal, surroundings, logOf(settings, terminal, clock))
    try {
      const { api, namespace } = connection
      const found = await findSettings({ api, settings, namespace, clock, signal: terminal.signal })
      const say = (text: string): void => terminal.out(`${text}\n`)
      const context = { api, clock, signal: terminal.signal, say }
      if (undo) return await undoRelease(context, running(found))
      const known = knownProviders(providers, found)
      const marked = chosen(await listMarked(api, known, terminal.signal), names)
      if (marked.length === 0) say('No Service carries a mark of Fairlead: there is nothing to release.')
      if (marked.length === 0) return 0
      return await (settings['keep-balancers'] ? keep : drop)({ ...context, providers, known, settings, namespace, found, marked })
    } finally {
      void connection.close()
    }
  }
}

interface Asked extends ReleaseContext {
  readonly providers: Providers
  /** Their names, those of the running controller first. */
  readonly known: readonly string[]
  readonly settings: Settings
  /** Of the kubeconfig's context. */
  readonly namespace: string | undefined
  readonly found: ControllerSettings | undefined
  readonly marked: readonly Marked[]
}

/** Where a Service does not say whose it is, it is counted to the first: that which takes Services without a class. */
function knownProviders(providers: Providers, found: ControllerSettings | undefined): readonly string[] {
  const { 'default-class': first, providers: loaded } = found?.values ?? {}
  const texts = [first, ...(Array.isArray(loaded) ? (loaded as readonly unknown[]) : [])].filter((name) => typeof name === 'string')
  return [...new Set([...texts, ...Object.keys(providers)])]
}

function chosen(marked: readonly Marked[], names: readonly string[]): readonly Marked[] {
  if (names.length === 0) return marked
  return names.map((text) => {
    const { namespace, name } = readName(text)
    const one = marked.find(({ service: { metadata } }) => metadata.namespace === namespace && metadata.name === name)
    if (one === undefined) throw new SettingError(`${JSON.stringify(text)} names no Service that carries a mark of Fairlead`)
    return one
  })
}

function running(found: ControllerSettings | undefined): ControllerSettings {
  if (found !== undefined) return found
  throw new Error(
    'no controller has published its settings, and only a running controller deletes load balancers. Start it, or name its Lease with --lease-namespace and --lease-name; or keep the load balancers with --keep-balancers.',
  )
}

/** The controller deletes the load balancers. */
async function drop({ providers, known, settings, found, marked, ...context }: Asked): Promise<number> {
  const { api, clock, signal, say } = context
  const controller = running(found)
  if (readPublished(controller.orphans)?.isNeverDelete === true)
    throw new Error(
      'the controller runs with --never-delete and deletes no load balancer. Start it without --never-delete, or keep the load balancers with --keep-balancers.',
    )
  const place = leaseBeside(controller.place)
  const lease = await api.getLease(place.namespace, place.name, signal)
  // Without a Lease it may be a controller with --no-leader-elect.
  if (lease !== undefined && !isHeldNow(lease, clock))
    throw new Error(
      `no controller holds the Lease ${place.namespace}/${place.name}, and only a running controller deletes load balancers. Start it, or keep the load balancers with --keep-balancers.`,
    )
  const guarded = marked.filter((one) => isProtected(one, providers))
  const released = marked.filter((one) => !guarded.includes(one))
  list(context, released)
  for (const one of guarded) say(`  ${markedLine(one)}: protected by fairlead.dev/deletion-protection, and not released`)
  say(`The controller of ${place.namespace}/${place.name} deletes these load balancers, and takes its finalizers, conditions and annotations off the Services.`)
  if (!settings.yes) return listedOnly(context)
  const exitCode = released.length === 0 ? 0 : await deleteAndRelease({ ...context, place: controller.place, known, marked: released })
  return guarded.length > 0 ? 1 : exitCode
}

/** Nothing in the cloud changes. */
async function keep({ providers, settings, namespace, found, marked, ...context }: Asked): Promise<number> {
  const { api, clock, signal, say } = context
  if (found === undefined && settings['lease-namespace'] !== undefined)
    throw new Error(
      `no controller has published its settings in the namespace ${settings['lease-namespace']}. Name that of the release with --lease-namespace, or leave it away.`,
    )
  // Also another one than that which is named: what it serves it would take up again.
  const live = await liveSettings({ api, settings, namespace, clock, signal })
  const holder = live.find(({ values }) => marked.some((one) => one.providers.some((name) => isAmong(name, values['providers']))))
  if (holder !== undefined) {
    const place = leaseBeside(holder.place)
    throw new Error(
      `a controller holds the Lease ${place.namespace}/${place.name} and would put its finalizers back. End it, for example with \`fairlead stand-down DEPLOYMENT --lease-namespace ${place.namespace} --lease-name ${place.name}\`, and run this command again.`,
    )
  }
  list(context, marked)
  say(
    'Their load balancers stay in the cloud and serve on; the addresses stay in the status of the Services. Finalizers, conditions and annotations of Fairlead are taken off.',
  )
  if (!settings.yes) return listedOnly(context)
  const exitCode = await keepAndRelease({ ...context, marked })
  const said = found?.values['cluster-id']
  const id = typeof said === 'string' ? said : await clusterId(api, undefined, signal)
  for (const line of whereTheyAre(marked, providers, id)) say(line)
  return exitCode
}

/** Where a controller does not say which providers it has, it may have any. */
function isAmong(provider: string, names: unknown): boolean {
  return !Array.isArray(names) || names.includes(provider)
}

function list({ say }: ReleaseContext, marked: readonly Marked[]): void {
  say(`${marked.length === 1 ? '1 Service' : `${marked.length} Services`} to release:`)
  for (const one of marked) say(`  ${markedLine(one)}`)
}

function listedOnly({ say }: ReleaseContext): number {
  say('Nothing has been changed. Run the command again with --yes to do it.')
  return 0
}

function whereTheyAre(marked: readonly Marked[], providers: Providers, id: string): readonly string[] {
  const names = [...new Set(marked.flatMap((one) => one.providers))].toSorted()
  const lines = names.map((name) => {
    const command = Object.hasOwn(providers, name) ? providers[name]?.foundBy?.(id) : undefined
    return command === undefined ? `${name}: its load balancers end with its process.` : `${name}: ${escaped(command)}`
  })
  return [
    'What is kept carries the marks of this cluster, so that an installation with the same cluster id takes it up again. This lists it:',
    ...lines.map((line) => `  ${line}`),
  ]
}
