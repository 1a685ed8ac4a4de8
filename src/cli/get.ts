/** `fairlead get`: the Services of ours in one table, from the cluster alone. It needs the right to list Services and EndpointSlices, in one namespace or in all. */
import { stringify } from 'yaml'
import { SettingError, type Settings } from '../config.ts'
import { type KubernetesApi, KubernetesError, type Within } from '../kubernetes/api.ts'
import { clusterReader } from '../kubernetes/read.ts'
import { watchServices } from '../kubernetes/services.ts'
import type { Snapshot } from '../model/cluster.ts'
import { classOf } from '../model/names.ts'
import { type Providers, rowsOf } from '../overview/service-row.ts'
import { connectTo, logOf, type Surroundings } from './connection.ts'
import { type FindOptions, findSettings } from './controller-settings.ts'
import { emptyLines, rowLines, sumLine, type TableForm } from './get-table.ts'
import { rowWatch } from './get-watch.ts'
import type { CommandBody, CommandTerminal } from './program.ts'
import { PLAIN, rendered } from './screen/render.ts'

/** `all`: the names of all providers there are. */
export function getCommand(all: readonly string[], surroundings: Surroundings): CommandBody {
  return async (settings, terminal, names) => {
    const log = logOf(settings, terminal, surroundings.clock)
    const scopeIn = scopeOf(settings, names)
    const connection = await connectTo(settings, terminal, surroundings, log)
    try {
      const scope = scopeIn(connection.namespace)
      const providers = runningProviders(all, { ...connection, settings, clock: surroundings.clock, signal: terminal.signal })
      const asked: Asked = { api: connection.api, scope, settings, terminal, now: () => surroundings.clock.date(), providers }
      if (!settings.watch) return await getOnce(asked)
      // The first list says what is wrong, where a watch would retry without end.
      await read(asked)
      const onError = (error: unknown, resource: string): void => log.warn('the cluster cannot be read; it is tried again', { resource, error })
      await watchServices({
        api: connection.api,
        within: scope,
        clock: surroundings.clock,
        signal: terminal.signal,
        onError,
        ...rowWatch({ ...asked, providers: await providers, output: settings.output, form: () => tableForm(asked) }),
      })
      return 0
    } finally {
      await connection.close()
    }
  }
}

interface Asked {
  readonly api: KubernetesApi
  /** Absent: all namespaces. */
  readonly scope: Within | undefined
  readonly settings: Pick<Settings, 'output'>
  readonly terminal: CommandTerminal
  /** Never rejects. */
  readonly providers: Promise<Providers>
  readonly now: () => Date
}

/** Those of the controller that has published its settings; all where that is not known, such as without the right to read them. Never rejects. */
async function runningProviders(all: readonly string[], options: FindOptions): Promise<Providers> {
  const { providers, 'default-class': forNoClass } = (await findSettings(options).catch(() => undefined))?.values ?? {}
  const names = Array.isArray(providers) ? all.filter((name) => providers.includes(name)) : all
  return { names, ...(typeof forNoClass === 'string' ? { forNoClass } : {}) }
}

/** Answers where to look, once the namespace of the context is known. Throws a SettingError for what cannot be meant. */
function scopeOf(settings: Settings, names: readonly string[]): (ofContext: string | undefined) => Within | undefined {
  const [text] = names
  const { namespace: said, 'all-namespaces': isOfAll } = settings
  if (names.length > 1) throw new SettingError('say one Service, NAMESPACE/NAME, or none for all of them')
  if (isOfAll && (said !== undefined || text !== undefined))
    throw new SettingError('--all-namespaces is given with a namespace or a name; allowed: one of them')
  const [first, second, ...more] = text?.split('/') ?? []
  const isWrong = text !== undefined && (more.length > 0 || first === '' || second === '')
  if (isWrong) throw new SettingError(`${JSON.stringify(text)} is not a Service; allowed: NAMESPACE/NAME, or NAME`)
  const [inName, name] = second === undefined ? [undefined, first] : [first, second]
  if (inName !== undefined && said !== undefined && inName !== said)
    throw new SettingError(`--namespace is ${JSON.stringify(said)}, and the Service is ${JSON.stringify(text)}; allowed: one namespace`)
  return (ofContext) => (isOfAll ? undefined : { namespace: inName ?? said ?? ofContext ?? 'default', ...(name === undefined ? {} : { name }) })
}

async function getOnce(asked: Asked): Promise<number> {
  const { scope, settings, terminal } = asked
  const [snapshot, providers] = await Promise.all([read(asked), asked.providers])
  const rows = rowsOf(snapshot, providers)
  if (scope?.name !== undefined && rows.length === 0) throw new Error(missingText(scope.namespace, scope.name, snapshot))
  if (settings.output === 'json') terminal.out(`${JSON.stringify({ services: rows }, undefined, 2)}\n`)
  else if (settings.output === 'yaml') terminal.out(stringify({ services: rows }))
  else if (rows.length === 0)
    terminal.err(rendered(emptyLines(scope?.namespace, { unclaimed: unclaimedIn(snapshot), classes: providers.names.map(classOf) }), PLAIN))
  else terminal.show([...rowLines(rows, tableForm(asked)), ...(scope?.name === undefined ? [sumLine(rows)] : [])])
  return 0
}

function tableForm({ scope, settings, terminal, now }: Asked): TableForm {
  const { columns } = terminal.screen ?? PLAIN
  return { isOfAll: scope === undefined, isWide: settings.output === 'wide', now: now(), ...(columns === undefined ? {} : { columns }) }
}

async function read({ api, scope, terminal }: Asked): Promise<Snapshot> {
  const reader = clusterReader({ api, within: scope, signal: terminal.signal })
  try {
    await reader.read('services', 'endpointslices')
    return reader.snapshot()
  } catch (error) {
    if (!(error instanceof KubernetesError) || error.status !== 403) throw error
    const next =
      scope === undefined
        ? 'Name a namespace with -n, or have list on services and endpointslices granted.'
        : 'Have list on services and endpointslices granted in this namespace.'
    throw new Error(`${error.message}. ${next}`, { cause: error })
  }
}

function missingText(namespace: string, name: string, snapshot: Snapshot): string {
  const service = snapshot.service(namespace, name)
  if (service === undefined) return `there is no Service ${namespace}/${name}`
  return `${namespace}/${name} is not a Service of Fairlead; \`fairlead explain ${namespace}/${name}\` says why`
}

/** Those of type LoadBalancer that name no class: whether a controller takes them is its setting. */
function unclaimedIn(snapshot: Snapshot): readonly string[] {
  return [...snapshot.services()].flatMap(({ metadata, spec }) =>
    spec.type === 'LoadBalancer' && spec.loadBalancerClass === undefined ? [`${metadata.namespace}/${metadata.name}`] : [],
  )
}
