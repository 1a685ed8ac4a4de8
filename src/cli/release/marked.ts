/** The Services that carry something of Fairlead: a finalizer, a condition, or an annotation that the controller keeps. */
import { readAnnotations } from '../../../annotations/read.ts'
import type { AnnotationSet } from '../../../annotations/define.ts'
import { placesOf } from '../../controller/services/published.ts'
import { requestedPorts } from '../../desired/request-input.ts'
import type { KubernetesApi } from '../../kubernetes/api.ts'
import type { Clock } from '../../model/clock.ts'
import type { Service } from '../../model/cluster.ts'
import {
  BACKENDS,
  classOf,
  DEFAULTS_ANNOTATIONS,
  FINALIZERS,
  PORTS_ERROR,
  READY,
  STACK_ANNOTATIONS,
  stackAnnotationOf,
  UPSTREAM_MARK,
} from '../../model/names.ts'
import { ownerName } from '../../model/owner.ts'
import { escaped, excerpt } from '../../model/text.ts'

export interface ReleaseContext {
  readonly api: KubernetesApi
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Prints a line. */
  readonly say: (line: string) => void
}

export interface Marked {
  readonly service: Service
  /** Those whose marks are on it; at least one. */
  readonly providers: readonly string[]
}

type Providers = Readonly<Record<string, { readonly annotations: AnnotationSet<unknown> }>>

const PAGE = 500

/** `known`: all providers. Sorted by name. */
export async function listMarked(api: Pick<KubernetesApi, 'list'>, known: readonly string[], signal: AbortSignal): Promise<readonly Marked[]> {
  const found: Marked[] = []
  let from: string | undefined
  do {
    const page = await api.list('services', { limit: PAGE, ...(from === undefined ? {} : { continue: from }), signal })
    found.push(...page.items.flatMap((service) => marksOn(service, known) ?? []))
    from = page.continue
  } while (from !== undefined)
  return found.toSorted((a, b) => (ownerName(a.service.metadata) < ownerName(b.service.metadata) ? -1 : 1))
}

/** Undefined: there is no mark on it. */
export function marksOn(service: Service, known: readonly string[]): Marked | undefined {
  const { metadata, spec, status } = service
  const after = (texts: readonly string[], beginning: string): readonly string[] =>
    texts.filter((text) => text.startsWith(beginning)).map((text) => text.slice(beginning.length))
  const keys = Object.keys(metadata.annotations ?? {})
  const named = [
    ...after(metadata.finalizers ?? [], FINALIZERS),
    ...after(keys, STACK_ANNOTATIONS),
    ...after(keys, DEFAULTS_ANNOTATIONS),
    ...(metadata.annotations?.[UPSTREAM_MARK] === undefined ? [] : [metadata.annotations[UPSTREAM_MARK]]),
  ]
  const hasCondition = (status.conditions ?? []).some(
    ({ type, message }) => type === READY || type === BACKENDS || (type === PORTS_ERROR && message.startsWith(classOf(''))),
  )
  const ofCondition = known.find((name) => spec.loadBalancerClass === classOf(name)) ?? known[0]
  const providers = named.length > 0 || !hasCondition || ofCondition === undefined ? [...new Set(named)] : [ofCondition]
  return providers.length === 0 ? undefined : { service, providers }
}

/** Whether the Service asks that its load balancer is not deleted. A value that cannot be read protects, too. */
export function isProtected({ service, providers: names }: Marked, providers: Providers): boolean {
  return names.some((name) => {
    const set = providers[name]?.annotations
    if (set === undefined) return false
    const reading = readAnnotations(service.metadata.annotations ?? {}, requestedPorts(service), set)
    return reading.neutral.deletionProtection ?? Object.hasOwn(service.metadata.annotations ?? {}, reading.keyOf('deletionProtection'))
  })
}

export function titleOf({ service }: Marked): string {
  return escaped(ownerName(service.metadata))
}

/** `shop/web (aws, Stack web-0123, at web.example.com)` */
export function markedLine(marked: Marked): string {
  const { service, providers } = marked
  const stacks = providers.flatMap((provider) => service.metadata.annotations?.[stackAnnotationOf(provider)] ?? [])
  const places = placesOf(service).map((place) => ('ip' in place ? place.ip : place.hostname))
  const parts = [
    providers.join(', '),
    ...(stacks.length === 0 ? [] : [`Stack ${excerpt(stacks.join(', '))}`]),
    ...(places.length === 0 ? [] : [`at ${places.join(', ')}`]),
  ]
  return escaped(`${titleOf(marked)} (${parts.join(', ')})`)
}
