#!/usr/bin/env node
/** The composition root: the one place that knows every part and puts them together. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { isProviderName, PERMISSIONS, PROVIDER_NAMES, PROVIDERS } from '../providers/index.ts'
import { cloudCallReporter } from './cli/call-metrics.ts'
import type { CloudContext, LoadCloud, LoadedCloud } from './cli/clouds.ts'
import type { Surroundings } from './cli/connection.ts'
import { explainCommand } from './cli/explain.ts'
import { type LoadPermissions, permissionsCommand } from './cli/permissions.ts'
import { planCommand } from './cli/plan.ts'
import { type Bodies, runProgram, type Terminal } from './cli/program.ts'
import { runCommand } from './cli/run.ts'
import { stateFileOf } from './cli/state-file.ts'
import { SettingError, type Settings } from './config.ts'
import { systemClock } from './model/clock.ts'
import { bind } from './provider/bind.ts'
import { instrument } from './provider/instrument.ts'

// Without it V8 lets its nursery grow while large lists are read, and keeps it: a third more memory for a controller that then idles.
setFlagsFromString('--semi-space-growth-factor=1')

const loadCloud: LoadCloud = async (name, context) => {
  if (!isProviderName(name)) throw new SettingError(`--providers is ${JSON.stringify(name)}; allowed: ${PROVIDER_NAMES.join(', ')}`)
  return loaders[name](context)
}

const loaders = {
  async local({ settings, clusterId, networkMap = [], purpose, portForward, clock, log, metrics }: CloudContext): Promise<LoadedCloud> {
    const { connect, connectOnPaper } = await PROVIDERS.local()
    const local = { addressPools: settings['address-pool'], networkMap: [...settings['network-map'], ...networkMap], portOffset: settings['port-offset'] }
    const isForwarded = settings.reach === 'port-forward'
    if (purpose === 'look') {
      const { provider, close } = await connectOnPaper(local).catch(notAllowed)
      return { cloud: bind(provider, { log }), isOnPaper: true, close }
    }
    const state = settings['dry-run'] || clusterId === undefined ? undefined : stateOf(settings, clusterId)
    const options = {
      settings: local,
      clock,
      log,
      random: Math.random,
      ...(isForwarded && portForward !== undefined ? { portForward } : {}),
      ...(state === undefined ? {} : { state }),
    }
    const connection = await connect(options).catch(notAllowed)
    const provider = metrics === undefined ? connection.provider : instrument(connection.provider, clock, cloudCallReporter(metrics))
    return { cloud: bind(provider, { log }), isOnPaper: false, onDrift: (listener) => connection.onDrift(listener), close: () => connection.close() }
  },
  async aws({ settings, clusterId, isEmulated = false, clock, log, metrics }: CloudContext): Promise<LoadedCloud> {
    // No traffic goes through this process, so it has time to look for garbage often: 20 MiB less with 50 Services.
    setFlagsFromString('--optimize-for-size')
    const { connect } = await PROVIDERS.aws()
    const said = {
      clusterId,
      clusterName: settings['aws-cluster-name'],
      region: settings['aws-region'],
      vpcId: settings['aws-vpc-id'],
      endpoint: settings['aws-endpoint'],
    }
    const connection = await connect({ settings: said, clock, version, ...(isEmulated ? { credentials: ANYBODY } : {}) }).catch(notAllowed)
    const provider = metrics === undefined ? connection.provider : instrument(connection.provider, clock, cloudCallReporter(metrics))
    return { cloud: bind(provider, { log, budget: connection.budget }), isOnPaper: false, close: async () => connection.close() }
  },
} as const satisfies Record<(typeof PROVIDER_NAMES)[number], (context: CloudContext) => Promise<LoadedCloud>>

/** An emulated cloud asks for a name, and takes each. */
const ANYBODY = { accessKeyId: 'playground', secretAccessKey: 'playground' }

/** Where what the local provider serves is kept for the next process of this cluster. */
function stateOf(settings: Settings, cluster: string): { readonly file: string; readonly cluster: string } | undefined {
  const file = stateFileOf({ said: settings['state-file'], cluster, environment: process.env, home: homedir() })
  return file === undefined ? undefined : { file, cluster }
}

const loadPermissions: LoadPermissions = async (name) => {
  const load = Object.entries(PERMISSIONS).find(([provider]) => provider === name)?.[1]
  if (load === undefined)
    throw new SettingError(`${JSON.stringify(name)} is no provider that needs permissions; allowed: ${Object.keys(PERMISSIONS).join(', ')}`)
  return (await load()).permissions
}

/** What a provider says of its settings names the value and what is allowed. */
function notAllowed(error: unknown): never {
  throw new SettingError(error instanceof Error ? error.message : String(error), { cause: error })
}

/** The first signal asks for a clean end, the second does not ask. */
function stopOnSignals(): AbortSignal {
  const abort = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (abort.signal.aborted) process.exit(130)
      abort.abort(new Error(signal))
    })
  }
  return abort.signal
}

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string }
const surroundings: Surroundings = { clock: systemClock, version, unique: () => randomUUID() }
const terminal: Terminal = {
  environment: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isTerminal: process.stderr.isTTY,
  signal: stopOnSignals(),
}
const bodies: Bodies = {
  run: runCommand(loadCloud, surroundings),
  // Loaded late: the only command that needs the emulators.
  playground: async (...asked) => (await import('./cli/playground.ts')).playgroundCommand(loadCloud, surroundings)(...asked),
  plan: planCommand(loadCloud, surroundings),
  explain: explainCommand(loadCloud, surroundings),
  permissions: permissionsCommand(loadPermissions),
}
process.exitCode = await runProgram(process.argv.slice(2), bodies, terminal, version)
