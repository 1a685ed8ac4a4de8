/**
 * Reads what a Service says: in the neutral vocabulary, in a provider's own knobs, and in other controllers' names that the provider understands.
 * Whether the provider can do it is not asked here.
 */
import type { ListenerKey } from '../src/model/load-balancer.ts'
import type { Problem } from '../src/model/problem.ts'
import { excerpt } from '../src/model/text.ts'
import type { WrittenKey, WrittenKeys } from '../src/model/written.ts'
import { candidatesOf, type Candidate, type Scope } from './candidates.ts'
import type { AnnotationSet, ServicePortKey } from './define.ts'
import { defaultSchemeOf, type FoundScheme } from './default-scheme.ts'
import { neutral, type NeutralOptions } from './neutral.ts'
import { wrongPair } from './parsers.ts'
import { MOST_FINDINGS, withRest } from './rest.ts'
import { unknownKeys } from './unknown-keys.ts'

export interface Reading<Options> {
  readonly neutral: NeutralOptions
  readonly options: Options
  /** Which annotation a neutral value comes from, for messages: other controllers' names may stand for ours. */
  readonly keyOf: (name: keyof NeutralOptions, listener?: ListenerKey) => string
  /** Every annotation whose value counts, by the key of its definition and, for single ports, the listener. */
  readonly written: WrittenKeys
  /** What another controller's users expect where no scheme is said; absent: one is, or nothing shows another controller. */
  readonly defaultScheme?: FoundScheme
  readonly problems: readonly Problem[]
  /** Deprecated keys, keys that another one overrides, and keys that no provider here reads. */
  readonly notes: readonly string[]
}

/** One annotation that counts, as it is read: what it says, and for which ports. */
export type Winner = Candidate

/** What counts of a Service's annotations, and what is wrong with others; values are not read. */
export function winnersOf(annotations: Readonly<Record<string, string>>, ports: readonly ServicePortKey[], own: AnnotationSet<unknown>): readonly Winner[] {
  return choose(candidatesOf(annotations, ports, { neutral, own }).candidates).winners
}

/** A malformed value is a problem and is not in the options. The order of the annotations does not matter. The cost grows linearly with their size. */
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
    const problem = pairProblem(winner)
    const parsed = winner.definition.value.parse(winner.text)
    if (problem !== undefined) malformed.push(problem)
    else if (parsed.ok) put(values, winner, parsed.value)
    else malformed.push(wrongValue(winner, parsed))
  }
  const unrecognized = unknownKeys(annotations, [neutral, own])
  const saysScheme = winners.some(({ set, name }) => set === neutral && name === 'scheme')
  const defaultScheme = saysScheme ? undefined : defaultSchemeOf(annotations, own.defaultSchemes)
  return {
    neutral: values.get(neutral) ?? {},
    options: (values.get(own) ?? {}) as Options,
    keyOf: keysOf(winners, neutral),
    written: writtenBy(winners),
    ...(defaultScheme === undefined ? {} : { defaultScheme }),
    problems: [...withRest(problems, problems.length), ...withRest(malformed, malformed.length), ...unrecognized.problems],
    notes: [...atMost(notes), ...atMost(overridden), ...unrecognized.notes],
  }
}

function atMost(notes: readonly string[]): readonly string[] {
  const more = notes.length - MOST_FINDINGS
  return more <= 0 ? notes : [...notes.slice(0, MOST_FINDINGS), `${more} more annotations have notes like these`]
}

/** Of the candidates that say the same thing for the same ports, the one with the lowest rank; widest scopes first, so that narrower ones come after. */
function choose(candidates: readonly Candidate[]): { readonly winners: readonly Candidate[]; readonly overridden: readonly string[] } {
  const winners = new Map<string, Candidate>()
  const overridden: string[] = []
  for (const candidate of candidates.toSorted((a, b) => WIDTHS.indexOf(a.scope.width) - WIDTHS.indexOf(b.scope.width) || a.rank - b.rank)) {
    const about = `${candidate.definition.key} ${scopeText(candidate.scope)}`
    const winner = winners.get(about)
    if (winner === undefined) winners.set(about, candidate)
    else if (winner.text !== candidate.text)
      overridden.push(`${excerpt(candidate.key)} is ignored, because ${excerpt(winner.key)} sets the same thing and takes precedence`)
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
  const said = (options[name] ??= { ports: {} }) as { service?: unknown; ports: Record<ListenerKey, unknown> }
  if (scope.width === 'service') {
    said.service = value
    return
  }
  // Wider scopes come first.
  const over = (wider: unknown): unknown => (definition.cumulative === true ? { ...(wider as object | undefined), ...(value as object) } : value)
  for (const key of scope.listeners) said.ports[key] = over(said.ports[key] ?? said.service)
}

function wrongValue(
  { key, value, definition }: Candidate,
  { wrong, allowed = definition.value.allowed }: { readonly wrong: string; readonly allowed?: string },
): Problem {
  return { reason: 'Invalid', field: key, value, wrong, allowed }
}

function pairProblem({ key, value, pair }: Candidate): Problem | undefined {
  if (pair === undefined || pair.type.parse(pair.value).ok) return undefined
  return { reason: 'Invalid', field: key, value, wrong: wrongPair(pair.key, pair.value), allowed: `${pair.key}: ${pair.type.allowed}` }
}

/** Narrower scopes come later among the winners, so that the last one for a listener is the one that counts. */
function keysOf(winners: readonly Candidate[], of: AnnotationSet<unknown>): (name: string, listener?: ListenerKey) => string {
  const keys = new Map<string, string>()
  for (const { set, name, key, scope } of winners) {
    if (set !== of) continue
    if (scope.width === 'service') keys.set(name, key)
    else for (const listener of scope.listeners) keys.set(`${name} ${listener}`, key)
  }
  return (name, listener) => keys.get(`${name} ${listener}`) ?? keys.get(name) ?? of.definitions[name]?.key ?? name
}

/** Narrower scopes come later, as in `keysOf`. */
function writtenBy(winners: readonly Candidate[]): WrittenKeys {
  const written = new Map<string, WrittenKey>()
  for (const { definition, key, value, scope } of winners) {
    if (scope.width === 'service') written.set(definition.key, { key, value })
    else for (const listener of scope.listeners) written.set(`${definition.key} ${listener}`, { key, value })
  }
  return Object.fromEntries(written)
}
