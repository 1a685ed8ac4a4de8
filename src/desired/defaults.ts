/** What holds for a Service that says nothing: the defaults of the operator's policy, as if they stood among its annotations. */
import { candidatesOf } from '../../annotations/candidates.ts'
import { KEYS, neutral, type NeutralOptions } from '../../annotations/neutral.ts'
import { keyValues, pairsText } from '../../annotations/parsers.ts'
import type { Service } from '../model/cluster.ts'
import { defaultsAnnotationOf } from '../model/names.ts'
import type { Problem } from '../model/problem.ts'
import { isHeldBy } from './eligible.ts'
import { requestedPorts } from './request-input.ts'
import { featuresOf } from './support.ts'
import type { RequestContext } from './service-request.ts'

export interface EffectiveAnnotations {
  readonly annotations: Readonly<Record<string, string>>
  /** Keys that come from the policy alone. */
  readonly defaulted: ReadonlySet<string>
  readonly problems: readonly Problem[]
}

const TAGS = KEYS.tags
const NONE: ReadonlySet<string> = new Set()

/**
 * The Service's own annotations with the defaults that hold for it. Of a Service that is taken up already they are those that were written on it then, so that
 * a change of the policy changes nothing on a load balancer that exists; only default tags follow the policy. A default that the provider cannot do is left out.
 */
export function effectiveAnnotations(service: Service, context: RequestContext): EffectiveAnnotations {
  const own = service.metadata.annotations ?? {}
  const recorded = recordedDefaults(service, context)
  if ('problem' in recorded) return { annotations: own, defaulted: NONE, problems: [recorded.problem] }
  const tags = context.defaults?.[TAGS]
  const defaults = Object.entries({ ...recorded.defaults, ...(tags === undefined ? {} : { [TAGS]: tags }) })
  if (defaults.length === 0) return { annotations: own, defaulted: NONE, problems: [] }
  const said = saidForAll(service, context)
  const added = defaults.filter(([key, value]) => !said.has(key) && isPossible(key, value, context))
  const saidTags = said.get(TAGS)
  const merged = tags === undefined || saidTags === undefined ? {} : { [saidTags]: mergedTags(tags, own[saidTags] ?? '') }
  return { annotations: { ...own, ...Object.fromEntries(added), ...merged }, defaulted: new Set(added.map(([key]) => key)), problems: [] }
}

/** The value of the annotation in which the defaults of a new Service are kept; undefined: there are none. */
export function defaultsRecord({ defaults = {} }: RequestContext): string | undefined {
  const kept = Object.entries(defaults).filter(([key]) => key !== TAGS)
  return kept.length === 0 ? undefined : pairsText(Object.fromEntries(kept))
}

/** A problem with a default says whose it is: the Service does not show it. */
export function fromPolicy(problem: Problem, defaulted: ReadonlySet<string>): Problem {
  if (!defaulted.has(problem.field)) return problem
  const whose = "It is a default of the operator's policy; an annotation of the Service overrides it."
  return { ...problem, remedy: problem.remedy === undefined ? whose : `${problem.remedy} ${whose}` }
}

type Recorded = { readonly defaults: Readonly<Record<string, string>> } | { readonly problem: Problem }

function recordedDefaults(service: Service, context: RequestContext): Recorded {
  if (!isHeldBy(service, context.provider.name)) return { defaults: context.defaults ?? {} }
  const field = defaultsAnnotationOf(context.provider.name)
  const value = service.metadata.annotations?.[field]
  if (value === undefined || value === '') return { defaults: {} }
  const parsed = keyValues.parse(value)
  if (parsed.ok) return { defaults: parsed.value }
  const remedy = 'Fairlead writes this annotation; without it the Service has no defaults of the policy.'
  return { problem: { reason: 'Invalid', field, value, wrong: parsed.wrong, allowed: keyValues.allowed, remedy } }
}

/** The definitions for which the Service says something that holds for all its ports, and the annotation or field that says it. */
function saidForAll(service: Service, { provider }: RequestContext): ReadonlyMap<string, string> {
  const { candidates } = candidatesOf(service.metadata.annotations ?? {}, requestedPorts(service), { neutral, own: provider.annotations })
  const said = candidates
    .filter(({ scope }) => scope.width === 'service')
    .toSorted((a, b) => b.rank - a.rank)
    .map(({ definition, key }) => [definition.key, key] as const)
  const ranges = service.spec.loadBalancerSourceRanges ?? []
  return new Map([...said, ...(ranges.length === 0 ? [] : [[KEYS.sourceRanges, 'spec.loadBalancerSourceRanges'] as const])])
}

function isPossible(key: string, text: string, { provider }: RequestContext): boolean {
  const found = neutral.find(key) ?? provider.annotations.find(key)
  if (found === undefined || !('definition' in found.found.means)) return false
  const { name, definition } = found.found.means
  const parsed = definition.value.parse(text)
  if (!parsed.ok || neutral.find(key) === undefined) return true
  return featuresOf(name as keyof NeutralOptions, parsed.value, false).every((feature) => provider.capabilities[feature].supported)
}

/** The Service's own value of a tag comes first. */
function mergedTags(tags: string, own: string): string {
  const [ours, theirs] = [keyValues.parse(tags), keyValues.parse(own)]
  return ours.ok && theirs.ok ? pairsText({ ...ours.value, ...theirs.value }) : own
}
