/**
 * Reads what a Service says: in the neutral vocabulary, in a provider's own knobs, and in other controllers' names that the provider understands.
 * Whether the provider can do it is not asked here.
 */
import type { ListenerKey } from '../src/model/load-balancer.ts'
import type { Problem } from '../src/model/problem.ts'
import { candidatesOf, type Candidate, type Scope } from './candidates.ts'
import type { AnnotationSet, ServicePortKey } from './define.ts'
import { defaultSchemeOf, type FoundScheme } from './default-scheme.ts'
import { neutral, type NeutralOptions } from './neutral.ts'
import { strangers } from './strangers.ts'

export interface Reading<Options> {
  readonly neutral: NeutralOptions
  readonly options: Options
  /** Which annotation a neutral value comes from, for messages: other controllers' names may stand for ours. */
  readonly keyOf: (name: keyof NeutralOptions, listener?: ListenerKey) => string
  /** What another controller's users expect where no scheme is said; absent: one is, or nothing shows another controller. */
  readonly defaultScheme?: FoundScheme
  readonly problems: readonly Problem[]
  /** Deprecated keys, keys that another one overrides, and keys that nobody here reads. */
  readonly notes: readonly string[]
}

/** A malformed value is a problem and is not in the options. The order of the annotations does not matter. */
export function readAnnotations<Options>(
  annotations: Readonly<Record<string, string>>,
  ports: readonly ServicePortKey[],
  own: AnnotationSet<Options>,
): Reading<Options> {
  const { candidates, problems, notes } = candidatesOf(annotations, ports, { neutral, own })
  const { winners, overridden } = choose(candidates)
  const malformed: Problem[] = []
  const values = new Map<AnnotationSet<unknown>, Record<string, unknown>>()
  for (const winner of winners) {
    const parsed = winner.definition.value.parse(winner.text)
    if (parsed.ok) put(values, winner, parsed.value)
    else malformed.push(wrongValue(winner, parsed.wrong))
  }
  const strange = strangers(annotations, [neutral, own])
  const saysScheme = winners.some(({ set, name }) => set === neutral && name === 'scheme')
  const defaultScheme = saysScheme ? undefined : defaultSchemeOf(annotations, own.defaultSchemes)
  return {
    neutral: values.get(neutral) ?? {},
    options: (values.get(own) ?? {}) as Options,
    keyOf: (name, listener) => keyOf(winners, name, listener),
    ...(defaultScheme === undefined ? {} : { defaultScheme }),
    problems: [...problems, ...malformed, ...strange.problems],
    notes: [...notes, ...overridden, ...strange.notes],
  }
}

/** Of the candidates that say the same thing for the same ports, the one with the lowest rank; widest scopes first, so that narrower ones come after. */
function choose(candidates: readonly Candidate[]): { readonly winners: readonly Candidate[]; readonly overridden: readonly string[] } {
  const winners = new Map<string, Candidate>()
  const overridden: string[] = []
  for (const candidate of candidates.toSorted((a, b) => WIDTHS.indexOf(a.scope.width) - WIDTHS.indexOf(b.scope.width) || a.rank - b.rank)) {
    const about = `${candidate.definition.key} ${scopeText(candidate.scope)}`
    const winner = winners.get(about)
    if (winner === undefined) winners.set(about, candidate)
    else if (winner.text !== candidate.text) overridden.push(`${candidate.key} is not used: ${winner.key} says the same thing and comes first`)
  }
  return { winners: [...winners.values()], overridden }
}

const WIDTHS: readonly Scope['width'][] = ['service', 'port', 'listener']

function scopeText(scope: Scope): string {
  return scope.width === 'service' ? '' : scope.text
}

function put(values: Map<AnnotationSet<unknown>, Record<string, unknown>>, { set, name, definition, scope }: Candidate, value: unknown): void {
  const options = values.get(set) ?? {}
  values.set(set, options)
  if (definition.perPort === undefined) {
    options[name] = value
    return
  }
  const { service, ports } = (options[name] ?? { ports: {} }) as { service?: unknown; ports: Record<ListenerKey, unknown> }
  if (scope.width === 'service') {
    options[name] = { service: value, ports }
    return
  }
  // Wider scopes come first.
  const over = (wider: unknown): unknown => (definition.cumulative === true ? { ...(wider as object | undefined), ...(value as object) } : value)
  const narrower = scope.listeners.map((key) => [key, over(ports[key] ?? service)])
  options[name] = { ...(service === undefined ? {} : { service }), ports: { ...ports, ...Object.fromEntries(narrower) } }
}

function wrongValue({ key, value, definition }: Candidate, wrong: string): Problem {
  return { reason: 'Invalid', field: key, value, wrong, allowed: definition.value.allowed }
}

function keyOf(winners: readonly Candidate[], name: string, listener: ListenerKey | undefined): string {
  const said = winners.filter((winner) => winner.set === neutral && winner.name === name)
  const narrow = said.findLast(({ scope }) => scope.width !== 'service' && listener !== undefined && scope.listeners.includes(listener))
  return (narrow ?? said.find(({ scope }) => scope.width === 'service'))?.key ?? neutral.definitions[name]?.key ?? name
}
