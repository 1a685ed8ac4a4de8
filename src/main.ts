#!/usr/bin/env node
/** The composition root: the one place that knows every part and puts them together. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { ANNOTATION_SETS, PROVIDER_EXAMPLES, PROVIDER_METRICS, PROVIDERS } from '../providers/index.ts'
import { cloudCallReporter } from './cli/call-metrics.ts'
import type { CloudContext, LoadCloud } from './cli/clouds.ts'
import type { Surroundings } from './cli/connection.ts'
import { explainCommand } from './cli/explain.ts'
import { type LoadPermissions, permissionsCommand } from './cli/permissions.ts'
import { orphansCommand } from './cli/orphans.ts'
import { planCommand } from './cli/plan.ts'
import { policyCommand } from './cli/policy.ts'
import { type Bodies, runProgram, type Terminal } from './cli/program.ts'
import { runCommand } from './cli/run.ts'
import { standDownCommand } from './cli/stand-down.ts'
import { endProcess, exitAtOnce } from './cli/end-process.ts'
import { stopOnSignals } from './cli/stop-signals.ts'
import { SettingError } from './config.ts'
import { systemClock } from './model/clock.ts'
import type { SettingValues } from './model/setting.ts'
import type { Metrics } from './observability/metrics.ts'
import type { LoadContext, LoadMetrics } from './provider/load.ts'

// Without these V8 lets its nursery grow while large lists are read, and its heap double before it collects: a controller that then idles keeps both.
setFlagsFromString('--semi-space-growth-factor=1')
setFlagsFromString('--heap-growing-percent=50')

const loadCloud: LoadCloud = async (name, context) => {
  const entry = Object.hasOwn(PROVIDERS, name) ? PROVIDERS[name] : undefined
  if (entry === undefined) throw new SettingError(`--providers is ${JSON.stringify(name)}; allowed: ${Object.keys(PROVIDERS).join(', ')}`)
  return entry.load(loadContext(context)).catch(notAllowed)
}

function loadContext({ metrics, onCall, settings, ...context }: CloudContext): LoadContext<SettingValues> {
  const surrounding = { settings, isDryRun: settings['dry-run'], version, random: Math.random, environment: process.env, home: homedir() }
  return { ...context, ...surrounding, ...(metrics === undefined ? {} : { metrics: loadMetrics(metrics, onCall) }) }
}

function loadMetrics(metrics: Metrics, onCall: CloudContext['onCall']): LoadMetrics {
  const count = cloudCallReporter(metrics)
  const call: LoadMetrics['call'] = (ended) => {
    count(ended)
    onCall?.(ended)
  }
  return { call, count: (name, labels) => metrics.countForProvider(name, labels) }
}

const loadPermissions: LoadPermissions = async (name) => {
  const all = Object.entries(PROVIDERS).flatMap(([provider, { permissions }]) => (permissions === undefined ? [] : [[provider, permissions] as const]))
  const load = all.find(([provider]) => provider === name)?.[1]
  if (load === undefined)
    throw new SettingError(`${JSON.stringify(name)} is no provider that needs permissions; allowed: ${all.map(([provider]) => provider).join(', ')}`)
  return load()
}

/** What a provider says of its settings names the value and what is allowed. */
function notAllowed(error: unknown): never {
  throw new SettingError(error instanceof Error ? error.message : String(error), { cause: error })
}

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string }
const surroundings: Surroundings = {
  clock: systemClock,
  version,
  unique: () => randomUUID(),
  annotations: ANNOTATION_SETS,
  providerMetrics: PROVIDER_METRICS,
}
const terminal: Terminal = {
  environment: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isTerminal: process.stderr.isTTY,
  signal: stopOnSignals({ on: (...listening) => process.on(...listening), exit: (code) => exitAtOnce(process, code) }, () => performance.now()),
}
const bodies: Bodies = {
  run: runCommand(loadCloud, surroundings),
  // Loaded late: the only command that needs the emulators.
  playground: async (...asked) => (await import('./cli/playground.ts')).playgroundCommand(PROVIDERS, loadCloud, surroundings)(...asked),
  plan: planCommand(loadCloud, surroundings),
  explain: explainCommand(loadCloud, surroundings),
  orphans: orphansCommand(surroundings),
  'stand-down': standDownCommand(surroundings),
  policy: policyCommand(PROVIDERS),
  permissions: permissionsCommand(loadPermissions),
}
process.exitCode = await runProgram(process.argv.slice(2), bodies, terminal, { version, examples: PROVIDER_EXAMPLES })
await endProcess(process)
