/** `fairlead plan`: the planner that acts, printing instead. */
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { SettingError } from '../config.ts'
import type { Service, Snapshot } from '../model/cluster.ts'
import { classOf } from '../model/names.ts'
import { ownerName } from '../model/owner.ts'
import { problemText } from '../model/problem.ts'
import { planText } from '../provider/plan-text.ts'
import type { Plan, Step } from '../provider/provider.ts'
import type { LoadCloud } from './clouds.ts'
import { logOf, type Surroundings } from './connection.ts'
import { intentsOf, look, type Looking, ownerOf, type ProviderView } from './look.ts'
import { parseServices, type ServiceManifest } from './manifest.ts'
import { withServices } from './overlay.ts'
import type { CommandBody } from './program.ts'

export function planCommand(loadCloud: LoadCloud, surroundings: Surroundings): CommandBody {
  return async (settings, terminal, names) => {
    const { filename } = settings
    if ((filename === undefined) === (names.length === 0)) throw new SettingError('say what to plan: -f FILE, or NAMESPACE/NAME')
    const manifests = filename === undefined ? [] : await servicesIn(filename)
    const log = logOf(settings, terminal, surroundings.clock)
    return look({ settings, terminal, surroundings, loadCloud, log }, async ({ snapshot, views }) => {
      const seen = withServices(snapshot, manifests, new Date(surroundings.clock.now()).toISOString())
      const services =
        filename === undefined
          ? names.map((name) => serviceNamed(name, seen))
          : manifests.map(({ namespace, name }) => serviceNamed(`${namespace}/${name}`, seen))
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

export function serviceNamed(name: string, snapshot: Snapshot): Service {
  const [namespace, plain, ...rest] = name.includes('/') ? name.split('/') : ['default', name]
  if (namespace === undefined || plain === undefined || rest.length > 0)
    throw new SettingError(`${JSON.stringify(name)} is no Service; allowed: NAMESPACE/NAME`)
  const service = snapshot.service(namespace, plain)
  if (service === undefined) throw new Error(`there is no Service ${namespace}/${plain}`)
  return service
}

interface Told {
  readonly told: string
  /** False when the wish cannot be carried out. */
  readonly isWell: boolean
}

async function planFor(service: Service, { snapshot, views }: Looking, signal: AbortSignal): Promise<Told> {
  const concerned = views.map((view) => ({ view, wish: view.wishOf(service, snapshot) })).filter(({ wish }) => wish.kind !== 'not ours')
  if (concerned.length === 0) return { told: indented(notOurs(service, views)), isWell: true }
  const parts: Told[] = []
  for (const { view, wish } of concerned) {
    if (wish.kind === 'malformed')
      parts.push({ told: indented(wish.problems.map((problem) => `${problem.reason}: ${problemText(problem)}`).join('\n')), isWell: false })
    else if (wish.kind === 'wanted') {
      const owner = ownerOf(service)
      const stack = view.cloud.stackOf(owner, wish.desired)
      const plan = concerning(await view.cloud.preview(stack, intentsOf(view, snapshot, stack), signal), owner.uid)
      const notes = wish.notes.map((note) => `note: ${note}`)
      parts.push({ told: indented([`${view.cloud.name}, Stack ${stack}`, planText(plan), ...notes].join('\n')), isWell: plan.refused.length === 0 })
    }
  }
  return { told: parts.map(({ told }) => told).join('\n'), isWell: parts.every(({ isWell }) => isWell) }
}

/** The part of a Stack's plan that is about one owner. */
export function concerning(plan: Plan<Step>, uid: string): Plan<Step> {
  const stages = plan.stages.map((stage) => stage.filter(({ serves }) => serves.length === 0 || serves.some((owner) => owner.uid === uid)))
  return {
    stages: stages.filter(({ length }) => length > 0),
    refused: plan.refused.filter(({ owner }) => owner.uid === uid),
    waiting: plan.waiting.filter(({ owner }) => owner.uid === uid),
  }
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
