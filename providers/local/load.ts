/** How the program loads the local provider. */
import { present } from '../../src/model/present.ts'
import type { Labels } from '../../src/model/metric.ts'
import type { ValuesOf } from '../../src/model/setting.ts'
import { bind } from '../../src/provider/engine/bind.ts'
import { instrument } from '../../src/provider/kit/instrument.ts'
import { returnFreeMemory } from '../../src/provider/kit/small-process.ts'
import type { LoadContext, LoadedCloud, LoadMetrics } from '../../src/provider/load.ts'
import type { Counts } from './balancer/data-plane.ts'
import type { LocalSettings } from './config.ts'
import type { metrics as rowsOfMetrics } from './metrics.ts'
import { connectOnPaper } from './on-paper.ts'
import { poolUse } from './pool-use.ts'
import type { settings as rows } from './settings.ts'
import { stateFileOf } from './state-file.ts'

type Context = LoadContext<ValuesOf<typeof rows>>

/** Rejects with an Error that names a setting's value and what is allowed. */
export async function load(context: Context): Promise<LoadedCloud> {
  return context.purpose === 'look' ? loadOnPaper(context) : loadToServe(context)
}

async function loadOnPaper(context: Context): Promise<LoadedCloud> {
  const { provider, close } = await connectOnPaper(localSettings(context))
  return { cloud: bind(provider, { log: context.log }), isOnPaper: true, close }
}

async function loadToServe(context: Context): Promise<LoadedCloud> {
  const { settings, portForward, clock, random, log, metrics } = context
  returnFreeMemory()
  // A command that plans does not load the balancer.
  const { connect } = await import('./index.ts')
  const isForwarded = settings.reach === 'port-forward' && portForward !== undefined
  const state = stateOf(context)
  const connection = await connect({
    settings: localSettings(context),
    clock,
    log,
    random,
    ...(isForwarded ? { portForward } : {}),
    ...present({ state }),
    ...(metrics === undefined ? {} : { counts: countsOf(metrics) }),
  })
  const provider = metrics === undefined ? connection.provider : instrument(connection.provider, clock, metrics.call)
  return {
    cloud: bind(provider, { log }),
    isOnPaper: false,
    hasFreeTargets: true,
    pools: () => poolUse(connection.config.pools, connection.dataPlane.states()),
    onDrift: (listener) => connection.onDrift(listener),
    close: () => connection.close(),
  }
}

function localSettings({ settings }: Context): LocalSettings {
  return { addressPools: settings['address-pool'], networkMap: settings['network-map'], portOffset: settings['port-offset'] }
}

function countsOf({ count }: LoadMetrics): Counts {
  const add = (name: keyof typeof rowsOfMetrics, labels: Labels): void => count(name, labels)
  return {
    fault: (what) => add('fairlead_local_faults_total', { what }),
    refusal: (cause) => add('fairlead_local_refusals_total', { cause }),
  }
}

/** Where what is served is kept for the next process of this cluster; undefined: nowhere. */
function stateOf({ settings, clusterId: cluster, isDryRun, environment, home }: Context): { readonly file: string; readonly cluster: string } | undefined {
  const file = isDryRun ? undefined : stateFileOf({ said: settings['state-file'], cluster, environment, home })
  return file === undefined ? undefined : { file, cluster }
}
