/** Opens the dashboard where the settings have it. What keeps it from opening is logged, and never ends the process: load balancers matter more. */
import { readFileSync } from 'node:fs'
import { SettingError, type Settings } from '../config.ts'
import { type DashboardApi, dashboardApi } from '../dashboard/api.ts'
import { type Gate, openGate, tokenGate } from '../dashboard/authenticate.ts'
import { isOnLoopback, serveDashboard } from '../dashboard/server.ts'
import type { Source } from '../dashboard/source.ts'
import type { KubernetesApi } from '../kubernetes/api.ts'
import type { Reviews } from '../kubernetes/reviews.ts'
import type { Clock } from '../model/clock.ts'
import type { Log } from '../model/log.ts'
import { present } from '../model/present.ts'
import { type LeasePlace, settingsPlaceOf } from './controller-settings.ts'
import { ORPHANS_KEY, readPublished } from './orphan-reports.ts'
import type { HttpServer } from '../observability/http.ts'

const DEFAULT_ADDRESS = '127.0.0.1:9441'
const FREE_PORT = '127.0.0.1:0'

/** What is shown. */
export interface Shown extends Omit<Source, 'version' | 'instance' | 'startedAt' | 'isDryRun' | 'providers' | 'publishedOrphans' | 'clock'> {
  readonly api: Pick<KubernetesApi, 'getConfigMap'>
  readonly leasePlace: LeasePlace
}

export interface DashboardSettings {
  readonly settings: Settings
  readonly version: string
  readonly unique: string
  readonly connection: { readonly reviews: Reviews }
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

/** Undefined: it is off, or cannot be opened. */
export async function openDashboard(shown: Shown, options: DashboardSettings): Promise<HttpServer | undefined> {
  const { settings, log, signal } = options
  const asked = settings.dashboard
  const address = asked ?? DEFAULT_ADDRESS
  if (address === 'off') return undefined
  const api = dashboardApi(sourceOf(shown, options), signal)
  const serving = {
    api,
    gate: gateOf(options),
    names: settings['allowed-hosts'],
    onError: (error: unknown) => log.warn('the dashboard could not answer', { error }),
  }
  try {
    return await serveDashboard(address, serving)
  } catch (error) {
    if (asked === undefined) return openElsewhere(serving, { error, log })
    log.warn('the dashboard is off: its address cannot be listened on', { dashboard: address, error })
    return undefined
  }
}

/** Where no address was asked for, any will do. */
async function openElsewhere(
  serving: Parameters<typeof serveDashboard>[1] & { readonly api: DashboardApi },
  { error, log }: { readonly error: unknown; readonly log: Log },
): Promise<HttpServer | undefined> {
  try {
    const server = await serveDashboard(FREE_PORT, serving)
    log.info('the dashboard has another port: its own is taken', { taken: DEFAULT_ADDRESS, dashboard: server.url })
    return server
  } catch {
    log.warn('the dashboard is off: no port is free', { error })
    return undefined
  }
}

/** Throws a SettingError where others could read it without a token, and where the file with the token cannot be used. */
export function requireGate(settings: Settings): void {
  const { dashboard, 'dashboard-token-file': file, 'dashboard-token-review': isReviewed } = settings
  if (file !== undefined && dashboard !== 'off') readToken(file)
  if (dashboard === undefined || dashboard === 'off' || isOnLoopback(dashboard) || file !== undefined || isReviewed) return
  const allowed = `--dashboard-token-review or --dashboard-token-file with it, an address of loopback such as ${DEFAULT_ADDRESS}, or off`
  throw new SettingError(`--dashboard is ${JSON.stringify(dashboard)}, which other machines reach, and no token is asked for; allowed: ${allowed}`)
}

function gateOf({ settings, connection: { reviews }, clock, log }: DashboardSettings): Gate {
  const { 'dashboard-token-file': file, 'dashboard-token-review': isReviewed } = settings
  if (file === undefined && !isReviewed) return openGate
  return tokenGate({
    ...(file === undefined ? {} : { fileToken: () => readToken(file) }),
    ...present({ reviews: isReviewed ? reviews : undefined }),
    clock,
    onError: (error) => log.warn('a token for the dashboard could not be checked', { error }),
  })
}

const SHORTEST_TOKEN = 16

/** A secret of Kubernetes that is mounted changes in place: it is read each time. */
function readToken(file: string): string {
  let token: string
  try {
    token = readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new SettingError(
      `--dashboard-token-file is ${JSON.stringify(file)}, which cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    )
  }
  if (token.length >= SHORTEST_TOKEN && !/\s/.test(token)) return token
  throw new SettingError(
    `--dashboard-token-file is ${JSON.stringify(file)}, whose content is no token; allowed: one word of at least ${SHORTEST_TOKEN} characters`,
  )
}

function sourceOf({ api, leasePlace, ...shown }: Shown, { settings, version, unique, clock }: DashboardSettings): Source {
  const { namespace, name } = settingsPlaceOf(leasePlace)
  const forNoClass = settings['default-class']
  return {
    ...shown,
    version,
    instance: unique,
    startedAt: clock.date(),
    isDryRun: settings['dry-run'],
    providers: { names: settings.providers, ...present({ forNoClass }) },
    publishedOrphans: async (signal) => readPublished((await api.getConfigMap(namespace, name, signal))?.data?.[ORPHANS_KEY]),
    clock,
  }
}
