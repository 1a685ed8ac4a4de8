/**
 * What a Service asks for, as far as the operator's policy allows it. Pure. What is refused is followed: what was served before goes on with its settings as
 * found, and a new Service gets nothing.
 */
import { neutral } from '../../annotations/neutral.ts'
import { buildRequest } from '../desired/build.ts'
import { effectiveAnnotations } from '../desired/defaults.ts'
import type { ServiceRequest, RequestContext } from '../desired/service-request.ts'
import type { Service, Snapshot } from '../model/cluster.ts'
import { type Limit, matchesAny } from '../model/load-balancer.ts'
import type { Problem } from '../model/problem.ts'
import { ranksOf } from './count.ts'
import type { Policy, PolicyRule } from './policy.ts'
import { ADDRESS_POOL, defaultNotAllowed, forbidden, foundNotAllowed, notAmongAllowed, SCHEME, tooMany, valueNotAllowed } from './refusals.ts'
import { itemsIn, saidBy, type Said } from './said.ts'
import { rangeProblems } from './ranges.ts'
import { rulesFor } from './select.ts'

type Wanted = Extract<ServiceRequest, { kind: 'wanted' }>

/** `buildRequest` under a policy; undefined: there is none, and everything is allowed. The same object comes back as long as nothing changed. */
export function requestUnder(policy: Policy | undefined, service: Service, snapshot: Snapshot, context: RequestContext): ServiceRequest {
  if (policy === undefined) return buildRequest(service, snapshot, context)
  const { namespace: name } = service.metadata
  const rules = rulesFor(policy, name, snapshot.namespace(name))
  if (rules === 'labels unknown') return remembered(buildRequest(service, snapshot, context), [LABELS_UNKNOWN])
  const where = contextUnder(policy, rules, context)
  const request = buildRequest(service, snapshot, where)
  if (request.kind !== 'wanted') return request
  const fixed = FIXED.get(request) ?? problemsOf(policy, rules, { service, request, context: where })
  FIXED.set(request, fixed)
  const counted = countProblems(policy, rules, service, snapshot, context)
  return remembered(request, counted.length === 0 ? fixed : [...fixed, ...counted])
}

/** The context of a provider with what the policy sets in a namespace: the defaults of a new Service, and limits for the planner. */
export function contextIn(policy: Policy | undefined, service: Service, snapshot: Snapshot, context: RequestContext): RequestContext {
  if (policy === undefined) return context
  const { namespace: name } = service.metadata
  const rules = rulesFor(policy, name, snapshot.namespace(name))
  return rules === 'labels unknown' ? context : contextUnder(policy, rules, context)
}

const LABELS_UNKNOWN: Problem = {
  reason: 'Progressing',
  field: 'metadata.namespace',
  wrong: "has labels that have not been read yet, and the operator's policy chooses namespaces by label",
  remedy: 'Fairlead continues automatically. If this stays, check that Fairlead may list and watch namespaces.',
}

const CONTEXTS = new WeakMap<Policy, WeakMap<RequestContext, Map<string, RequestContext>>>()
const FIXED = new WeakMap<Wanted, readonly Problem[]>()
const REFUSED = new WeakMap<Wanted, { readonly problems: readonly Problem[]; readonly request: ServiceRequest }>()

function contextUnder(policy: Policy, rules: readonly PolicyRule[], context: RequestContext): RequestContext {
  const ofPolicy = CONTEXTS.get(policy) ?? new WeakMap<RequestContext, Map<string, RequestContext>>()
  const known = ofPolicy.get(context) ?? new Map<string, RequestContext>()
  CONTEXTS.set(policy, ofPolicy.set(context, known))
  const key = rules.map((rule) => policy.rules.indexOf(rule)).join(',')
  const where = known.get(key) ?? derived(policy, rules, context)
  known.set(key, where)
  return where
}

function derived(policy: Policy, rules: readonly PolicyRule[], context: RequestContext): RequestContext {
  const defaults = Object.assign({}, ...rules.toReversed().map((rule) => rule.defaults)) as Readonly<Record<string, string>>
  const limits = rules.flatMap((rule) => limitsOf(policy, rule))
  return { ...context, ...(Object.keys(defaults).length === 0 ? {} : { defaults }), ...(limits.length === 0 ? {} : { limits }) }
}

function limitsOf(policy: Policy, rule: PolicyRule): readonly Limit[] {
  const limit = (of: Limit['of'], field: string): readonly Limit[] => {
    const allowed = rule.allowedValues?.[field]
    return allowed === undefined ? [] : [{ of, allowed, refusal: { field, ...foundNotAllowed(policy, rule, allowed) } }]
  }
  return [...limit('scheme', SCHEME), ...limit('address-pool', ADDRESS_POOL)]
}

function remembered(request: ServiceRequest, problems: readonly Problem[]): ServiceRequest {
  if (request.kind !== 'wanted' || problems.length === 0) return request
  const known = REFUSED.get(request)
  if (known !== undefined && JSON.stringify(known.problems) === JSON.stringify(problems)) return known.request
  const { desired, mode, notes, unready } = request
  const refused: ServiceRequest = Object.freeze({
    kind: 'malformed',
    problems,
    backends: desired.backends,
    mode,
    deletionProtection: desired.settings.deletionProtection,
    notes,
    unready,
  })
  REFUSED.set(request, { problems, request: refused })
  return refused
}

interface Asked {
  readonly service: Service
  readonly request: Wanted
  readonly context: RequestContext
}

function problemsOf(policy: Policy, rules: readonly PolicyRule[], { service, request, context }: Asked): readonly Problem[] {
  const { annotations, defaulted } = effectiveAnnotations(service, context)
  // What a default scheme is judged by is the scheme itself.
  const said = saidBy(service, annotations, context.provider.annotations).filter(({ means, key }) => means !== SCHEME || !defaulted.has(key))
  return rules.flatMap((rule) => [
    ...keyProblems(policy, rule, said),
    ...valueProblems(policy, rule, said),
    ...schemeProblems(policy, rule, said, request.desired.settings.scheme),
    ...rangeProblems(policy, rule, { said, settings: request.desired.settings, sets: [neutral, context.provider.annotations] }),
  ])
}

function keyProblems(policy: Policy, rule: PolicyRule, said: readonly Said[]): readonly Problem[] {
  const { allowedAnnotations, forbiddenAnnotations } = rule
  const once = (keys: readonly string[]): readonly string[] => [...new Set(keys)]
  const others = allowedAnnotations === undefined ? [] : said.filter(({ means }) => !allowedAnnotations.keys.has(means))
  const hit = said.filter(({ means }) => forbiddenAnnotations?.keys.has(means))
  return [
    ...once(others.map(({ key }) => key)).map((field) => ({ field, ...notAmongAllowed(policy, rule) })),
    ...once(hit.map(({ key }) => key)).map((field) => ({ field, ...forbidden(policy, rule) })),
  ]
}

function valueProblems(policy: Policy, rule: PolicyRule, said: readonly Said[]): readonly Problem[] {
  return Object.entries(rule.allowedValues ?? {}).flatMap(([key, allowed]) =>
    said
      .filter(({ means }) => means === key)
      .flatMap(({ key: field, text }) => {
        const value = itemsIn(text).find((item) => !matchesAny(allowed, item))
        return value === undefined ? [] : [{ field, value, ...valueNotAllowed(policy, rule, allowed) }]
      }),
  )
}

function schemeProblems(policy: Policy, rule: PolicyRule, said: readonly Said[], scheme: string): readonly Problem[] {
  const allowed = rule.allowedValues?.[SCHEME]
  if (allowed === undefined || matchesAny(allowed, scheme) || said.some(({ means }) => means === SCHEME)) return []
  return [{ field: SCHEME, value: scheme, ...defaultNotAllowed(policy, rule, allowed) }]
}

// oxlint-disable-next-line max-params -- a policy, where it is asked, and for whom
function countProblems(
  policy: Policy,
  rules: readonly PolicyRule[],
  service: Service,
  snapshot: Snapshot,
  { defaultClass }: RequestContext,
): readonly Problem[] {
  const limited = rules.filter(({ maxServices }) => maxServices !== undefined)
  if (limited.length === 0) return []
  const rank = ranksOf(snapshot.servicesIn(service.metadata.namespace), defaultClass).get(service.metadata.uid) ?? 0
  return limited.filter(({ maxServices = 0 }) => rank >= maxServices).map((rule) => ({ field: 'spec.type', value: 'LoadBalancer', ...tooMany(policy, rule) }))
}
