#!/usr/bin/env node
/** The composition root: the one place that knows every part and puts them together. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { styleText } from 'node:util'
import { ANNOTATION_SETS, PROVIDER_EXAMPLES, PROVIDER_METRICS, PROVIDERS } from '../providers/index.ts'
import { cloudCallReporter } from './cli/call-metrics.ts'
import type { CloudContext, LoadCloud } from './cli/clouds.ts'
import type { Surroundings } from './cli/connection.ts'
import { operationReporter } from './cli/operation-counts.ts'
import type { LoadPermissions } from './cli/permissions.ts'
import { type Bodies, type CommandBody, runProgram, type Terminal } from './cli/program.ts'
import { endProcess, exitAtOnce } from './cli/end-process.ts'
import { stopOnSignals } from './cli/stop-signals.ts'
import { SettingError } from './config.ts'
import { systemClock } from './model/clock.ts'
import type { SettingValues } from './model/setting.ts'
import type { Metrics } from './observability/metrics.ts'
import { growHeapSlowly } from './provider/kit/small-process.ts'
import type { LoadContext, LoadMetrics } from './provider/load.ts'

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
  const reporters = [cloudCallReporter(metrics), operationReporter(metrics, systemClock), ...(onCall === undefined ? [] : [onCall])]
  return { call: (call) => reporters.forEach((report) => report(call)), count: (name, labels) => metrics.countForProvider(name, labels) }
}

const loadPermissions: LoadPermissions = async (name) => {
  const all = Object.entries(PROVIDERS).flatMap(([provider, { permissions }]) => (permissions === undefined ? [] : [[provider, permissions] as const]))
  const load = all.find(([provider]) => provider === name)?.[1]
  if (load === undefined)
    throw new SettingError(
      `${JSON.stringify(name)} ${Object.hasOwn(PROVIDERS, name) ? 'needs no permissions' : 'is not a provider'}; allowed: ${all.map(([provider]) => provider).join(', ')}`,
    )
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
  allProviders: Object.keys(PROVIDERS),
  providerMetrics: PROVIDER_METRICS,
}
const terminal: Terminal = {
  environment: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isTerminal: process.stderr.isTTY,
  // Node decides by NO_COLOR, FORCE_COLOR and the terminal.
  screen: {
    hasColour: styleText('red', '.', { stream: process.stdout }) !== '.',
    ...(process.stdout.isTTY ? { columns: process.stdout.columns } : {}),
  },
  signal: stopOnSignals({ on: (...listening) => process.on(...listening), exit: (code) => exitAtOnce(process, code) }, () => performance.now()),
}
/** Loaded when it is asked for, so that each command starts with its own code alone. */
function late(load: () => Promise<CommandBody>): CommandBody {
  return async (...asked) => (await load())(...asked)
}

/** For a process that stays. */
function staying(body: CommandBody): CommandBody {
  return (...asked) => {
    growHeapSlowly()
    return body(...asked)
  }
}

const names = Object.keys(PROVIDERS)
const bodies: Bodies = {
  run: staying(late(async () => (await import('./cli/run.ts')).runCommand(loadCloud, surroundings))),
  playground: staying(late(async () => (await import('./cli/playground.ts')).playgroundCommand(PROVIDERS, loadCloud, surroundings))),
  get: late(async () => (await import('./cli/get.ts')).getCommand(names, surroundings)),
  plan: late(async () => (await import('./cli/plan.ts')).planCommand(loadCloud, surroundings)),
  explain: late(async () => (await import('./cli/explain.ts')).explainCommand(loadCloud, surroundings, (name) => PROVIDERS[name]?.permissions !== undefined)),
  orphans: late(async () => (await import('./cli/orphans.ts')).orphansCommand(surroundings)),
  translate: late(async () => (await import('./cli/translate.ts')).translateCommand(PROVIDERS, surroundings)),
  release: late(async () => (await import('./cli/release.ts')).releaseCommand(PROVIDERS, surroundings)),
  'stand-down': late(async () => (await import('./cli/stand-down.ts')).standDownCommand(surroundings)),
  policy: late(async () => (await import('./cli/policy.ts')).policyCommand(PROVIDERS)),
  permissions: late(async () => (await import('./cli/permissions.ts')).permissionsCommand(loadPermissions)),
  completion: late(async () => (await import('./cli/completion/completion.ts')).completionCommand(names)),
  complete: late(async () => (await import('./cli/completion/completion.ts')).completeCommand(surroundings)),
}
process.exitCode = await runProgram(process.argv.slice(2), bodies, terminal, { version, examples: PROVIDER_EXAMPLES })
await endProcess(process)
