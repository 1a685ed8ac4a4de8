/** `fairlead plan`: the planner that acts, printing instead. */
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { SettingError } from '../config.ts'
import type { Service, Snapshot } from '../model/cluster.ts'
import { classOf } from '../model/names.ts'
import { ownerName } from '../model/owner.ts'
import { problemText } from '../model/problem.ts'
import { planText } from '../provider/plan-text.ts'
import type { LoadCloud } from './clouds.ts'
import { logOf, type Surroundings } from './connection.ts'
import { look, type Looking, type ProviderView } from './look.ts'
import { parseServices, type ServiceManifest } from './manifest.ts'
import { withServices } from './overlay.ts'
import { previewsOf } from './preview.ts'
import type { CommandBody } from './program.ts'

export function planCommand(loadCloud: LoadCloud, surroundings: Surroundings): CommandBody {
  return async (settings, terminal, names) => {
    const { filename } = settings
    if ((filename === undefined) === (names.length === 0)) throw new SettingError('say what to plan: -f FILE, or NAMESPACE/NAME')
    const named = names.map(readName)
    const manifests = filename === undefined ? [] : await servicesIn(filename)
    const log = logOf(settings, terminal, surroundings.clock)
    return look({ settings, terminal, surroundings, loadCloud, log }, async ({ snapshot, views }) => {
      const seen = withServices(snapshot, manifests, new Date(surroundings.clock.now()).toISOString())
      const services = (filename === undefined ? named : manifests).map((name) => serviceNamed(name, seen))
      let exitCode = 0
      for (const service of services) {
        const { told, isWell } = await planFor(service, { snapshot: seen, views }, terminal.signal)
        terminal.out(`${ownerName(service.metadata)}\n${told}\n`)
        if (!isWell) exitCode = 1
      }
      return exitCode
    })
  }
}

async function servicesIn(filename: string): Promise<readonly ServiceManifest[]> {
  if (filename === '-') return parseServices(await text(process.stdin), 'standard input')
  const content = await readFile(filename, 'utf8').catch((error: unknown) => {
    throw new SettingError(`--filename is ${JSON.stringify(filename)}, which cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  })
  return parseServices(content, filename)
}

export interface ServiceName {
  readonly namespace: string
  readonly name: string
}

/** `shop/web`, or `web` for the one in the namespace default. Throws a SettingError for anything else. */
export function readName(said: string): ServiceName {
  const [namespace = '', name = '', ...rest] = said.includes('/') ? said.split('/') : ['default', said]
  if (namespace === '' || name === '' || rest.length > 0) throw new SettingError(`${JSON.stringify(said)} is no Service; allowed: NAMESPACE/NAME`)
  return { namespace, name }
}

export function serviceNamed({ namespace, name }: ServiceName, snapshot: Snapshot): Service {
  const service = snapshot.service(namespace, name)
  if (service === undefined) throw new Error(`there is no Service ${namespace}/${name}`)
  return service
}

interface Told {
  readonly told: string
  /** False when the wish cannot be carried out. */
  readonly isWell: boolean
}

async function planFor(service: Service, looking: Looking, signal: AbortSignal): Promise<Told> {
  const parts = await Promise.all(looking.views.map((view) => planOf(view, service, looking.snapshot, signal)))
  const concerned = parts.filter((part) => part !== undefined)
  if (concerned.length === 0) return { told: indented(notOurs(service, looking.views)), isWell: true }
  return { told: indented(concerned.map(({ told }) => told).join('\n')), isWell: concerned.every(({ isWell }) => isWell) }
}

/** Undefined: the provider has nothing to do with the Service, neither now nor before. */
async function planOf(view: ProviderView, service: Service, snapshot: Snapshot, signal: AbortSignal): Promise<Told | undefined> {
  const wish = view.wishOf(service, snapshot)
  const problems = wish.kind === 'malformed' ? wish.problems.map((problem) => `${problem.reason}: ${problemText(problem)}`) : []
  const previews = wish.kind === 'malformed' ? [] : await previewsOf(view, snapshot, service, signal)
  if (wish.kind === 'not ours' && previews.length === 0) return undefined
  const plans = previews.map(({ stack, plan }) => `${view.cloud.name}, Stack ${stack}\n${planText(plan)}`)
  const notes = wish.kind === 'not ours' ? [] : wish.notes.map((note) => `note: ${note}`)
  return { told: [...problems, ...plans, ...notes].join('\n'), isWell: problems.length === 0 && previews.every(({ plan }) => plan.refused.length === 0) }
}

export function notOurs({ spec }: Service, views: readonly ProviderView[]): string {
  const classes = views.map(({ cloud }) => classOf(cloud.name)).join(', ')
  if (spec.type !== 'LoadBalancer') return `not ours: its type is ${spec.type}; only type LoadBalancer gets a load balancer`
  if (spec.loadBalancerClass === undefined)
    return `not ours: it has no loadBalancerClass, and no provider is the default; set spec.loadBalancerClass to one of ${classes}, or start with --default-class`
  return `not ours: its loadBalancerClass is ${spec.loadBalancerClass}; ours: ${classes}`
}

export function indented(lines: string): string {
  return lines.replaceAll(/^/gm, '  ')
}
