/** Which of a Service's annotations say something, about what, and for which ports: everything before values are read. */
import { listenerKey, type ListenerKey } from '../src/model/load-balancer.ts'
import type { Problem } from '../src/model/problem.ts'
import { excerpt, quoted } from '../src/model/text.ts'
import {
  PAIRED,
  type AnnotationSet,
  type Definition,
  type Found,
  type Parser,
  type Refusal,
  type ServiceContext,
  type ServicePortKey,
  type Translation,
} from './define.ts'
import { keyForPort, type PortPart } from './key-index.ts'
import type { neutral as neutralSet } from './neutral.ts'
import { keyValues, pairsIn, pairsText } from './parsers.ts'

/** One annotation's claim to say what a definition means. */
export interface Candidate {
  readonly set: AnnotationSet<unknown>
  readonly name: string
  readonly definition: Definition<unknown>
  /** As it stands on the Service. */
  readonly key: string
  readonly value: string
  /** What is parsed: the value, or what a translation made of it. */
  readonly text: string
  /** Of one pair of a value made of pairs: what its own value may be. */
  readonly pair?: { readonly key: string; readonly value: string; readonly type: Parser<unknown> }
  /** Of two that say the same thing, the lower counts. */
  readonly rank: number
  readonly scope: Scope
}

/** `service`: all ports. Narrower takes precedence over wider. */
export type Scope = { readonly width: 'service' } | { readonly width: 'port' | 'listener'; readonly listeners: readonly ListenerKey[]; readonly text: string }

export interface Candidates {
  readonly candidates: readonly Candidate[]
  readonly problems: readonly Problem[]
  readonly notes: readonly string[]
}

interface Annotation {
  readonly key: string
  readonly value: string
  readonly found: Found
  readonly scope: Scope
}

interface Sets {
  /** Receives what the translations and pairs of `own` say. */
  readonly neutral: typeof neutralSet
  readonly own: AnnotationSet<unknown>
}

interface Claims {
  readonly claims?: readonly Candidate[]
  readonly problem?: Problem
  readonly note?: string
}

/** The Service's ports by number. */
type PortIndex = ReadonlyMap<number, readonly ServicePortKey[]>

/** Of one annotation's value, in bytes. Kubernetes allows 256 KiB for all of an object's annotations together. */
export const LONGEST_VALUE = 8_192

export function candidatesOf(all: Readonly<Record<string, string>>, ports: readonly ServicePortKey[], { neutral, own }: Sets): Candidates {
  const candidates: Candidate[] = []
  const problems: Problem[] = []
  const notes: string[] = []
  const index = portIndex(ports)
  // Translations read the whole Service: what is too long is in it as if it said nothing.
  const annotations: Readonly<Record<string, string>> = Object.fromEntries(Object.entries(all).map(([key, value]) => [key, isTooLong(value) ? '' : value]))
  for (const key of Object.keys(all).toSorted()) {
    const value = all[key] ?? ''
    for (const set of [neutral, own]) {
      const match = set.find(key)
      if (match === undefined) continue
      // Other controllers take an empty value for none; under a name of ours it is a mistake.
      if (!isTooLong(value) && value.trim() === '' && !OURS.test(key)) continue
      const scope = match.port === undefined ? WHOLE : scopeOf(match.port.port, index)
      if (scope === undefined) {
        problems.push(noSuchPort(key, match.port ?? { form: true, port: '' }, ports))
        continue
      }
      if (match.found.deprecated !== undefined) notes.push(`${excerpt(key)} is deprecated: ${match.found.deprecated}`)
      const annotation = { key, value, found: match.found, scope }
      const read = claimsOf(annotation, set, { neutral, context: { annotations, ports }, index })
      if (read.problem !== undefined) problems.push(read.problem)
      if (read.note !== undefined) notes.push(read.note)
      candidates.push(...(read.claims ?? []))
    }
  }
  return { candidates, problems, notes }
}

function isTooLong(value: string): boolean {
  // No character has fewer bytes than it has UTF-16 units, and none more than three for each.
  return value.length > LONGEST_VALUE || (value.length * 3 > LONGEST_VALUE && Buffer.byteLength(value) > LONGEST_VALUE)
}

function tooLong({ key, value }: Annotation): Problem {
  return {
    reason: 'Invalid',
    field: key,
    value,
    wrong: `is ${Buffer.byteLength(value)} bytes long`,
    allowed: `at most ${LONGEST_VALUE} bytes in one annotation`,
  }
}

const OURS = /^([a-z0-9-]+\.)?fairlead\.dev\//
const WHOLE: Scope = { width: 'service' }

interface Surroundings {
  readonly neutral: AnnotationSet<unknown>
  readonly context: ServiceContext
  readonly index: PortIndex
}

function claimsOf(annotation: Annotation, set: AnnotationSet<unknown>, surroundings: Surroundings): Claims {
  const { means } = annotation.found
  if ('refusal' in means)
    return means.refusal.isHarmless === true ? { note: ignored(annotation, means.refusal) } : { problem: refused(annotation, means.refusal) }
  const problem = isTooLong(annotation.value) ? tooLong(annotation) : undefined
  if ('definition' in means) return divided(annotation, { set, ...means }, { ...surroundings, problem })
  return problem === undefined ? translated(annotation, means.translation, surroundings) : { problem }
}

function refused({ key, value }: Annotation, { because, remedy }: Refusal): Problem {
  return { reason: 'Invalid', field: key, value, wrong: `cannot be honoured: ${because}`, ...(remedy === undefined ? {} : { remedy }) }
}

function ignored({ key }: Annotation, { because, remedy }: Refusal): string {
  return `${excerpt(key)} has no effect: ${because}.${remedy === undefined ? '' : ` ${remedy}`}`
}

function translated(annotation: Annotation, { words, translate, allowed }: Translation, { neutral, context, index }: Surroundings): Claims {
  const { key, value, found } = annotation
  const meant = translate(value, context)
  if (!meant.ok) return { problem: { reason: 'Invalid', field: key, value, wrong: meant.wrong, allowed } }
  return {
    claims: Object.entries(meant.value).map(([word, text]) => {
      const said = neutralClaim(annotation, { word, text, rank: found.rank }, { neutral, index })
      if (said === undefined || !words.some((each) => word === each || word.startsWith(`${each}.`))) {
        throw new Error(`${key} is translated to ${word}, which it does not declare or which is no neutral key`)
      }
      return said
    }),
  }
}

interface Saying {
  readonly word: string
  readonly text: string
  readonly rank: number
}

function neutralClaim(
  { key, value, scope }: Annotation,
  { word, text, rank }: Saying,
  { neutral, index }: Pick<Surroundings, 'neutral' | 'index'>,
): Candidate | undefined {
  const match = neutral.find(`${neutral.prefixes[0]}${word}`)
  const own = match?.port === undefined ? scope : scopeOf(match.port.port, index)
  if (match === undefined || own === undefined || !('definition' in match.found.means)) return undefined
  return { set: neutral, ...match.found.means, key, value, text, rank, scope: own }
}

/** A definition's own value, and what the neutral vocabulary says of it. `problem`: the value is not read as a whole. */
function divided(
  annotation: Annotation,
  { set, name, definition }: Pick<Candidate, 'set' | 'name' | 'definition'>,
  { neutral, index, problem }: Pick<Surroundings, 'neutral' | 'index'> & { readonly problem: Problem | undefined },
): Claims {
  const { key, value, found, scope } = annotation
  const own = { set, name, definition, key, value, rank: found.rank, scope }
  const { neutralPairs } = definition
  if (neutralPairs === undefined) return problem === undefined ? { claims: [{ ...own, text: value }] } : { problem }
  const claimOf = ([each, text]: readonly [string, string]): Candidate | undefined => {
    const pair = Object.hasOwn(neutralPairs, each) ? neutralPairs[each] : undefined
    const claim = pair && neutralClaim(annotation, { word: pair.word, text: pair.text?.(text) ?? text, rank: PAIRED }, { neutral, index })
    if (pair === undefined || claim === undefined || (scope.width !== 'service' && claim.definition.perPort === undefined)) return undefined
    return { ...claim, pair: { key: each, value: text, type: pair.value } }
  }
  // What is malformed is reported when the value is read; what can be understood of it counts all the same: a typo takes no protection away.
  if (problem !== undefined) return { claims: pairsIn(value.slice(0, LONGEST_VALUE)).flatMap((pair) => claimOf(pair) ?? []), problem }
  const whole = keyValues.parse(value)
  const pairs = whole.ok ? Object.entries(whole.value) : pairsIn(value)
  const rest = pairsText(Object.fromEntries(pairs.filter((pair) => claimOf(pair) === undefined)))
  return { claims: [...pairs.flatMap((pair) => claimOf(pair) ?? []), ...(whole.ok && rest === '' ? [] : [{ ...own, text: whole.ok ? rest : value }])] }
}

function portIndex(ports: readonly ServicePortKey[]): PortIndex {
  return Map.groupBy(ports, ({ port }) => port)
}

/** `53` is each listener of that number, `53-udp` the one; undefined where the Service has none such. */
function scopeOf(text: string, index: PortIndex): Scope | undefined {
  const [, number = '', protocol] = /^([1-9]\d{0,4})(?:-(tcp|udp|sctp))?$/i.exec(text) ?? []
  const listeners = (index.get(Number(number)) ?? [])
    .filter((each) => protocol === undefined || each.protocol === protocol.toUpperCase())
    .map((each) => listenerKey(each.port, each.protocol))
  return listeners.length === 0 ? undefined : { width: protocol === undefined ? 'port' : 'listener', listeners, text: text.toLowerCase() }
}

const MOST_PORTS_NAMED = 10

function noSuchPort(key: string, { form, port }: PortPart, ports: readonly ServicePortKey[]): Problem {
  const named = ports
    .slice(0, MOST_PORTS_NAMED)
    .map((each) => (form === true ? `\`${each.port}\` or \`${each.port}-${each.protocol.toLowerCase()}\`` : `\`${keyForPort(key, form, each)}\``))
  const more = ports.length - named.length
  return {
    reason: 'Invalid',
    field: key,
    wrong: form === true ? `ends in ${quoted(port)}, which is not a port of the Service` : 'does not name a port of the Service',
    allowed: [...named, ...(more > 0 ? [`and so on for ${more} more ports`] : [])].join(', ') || 'nothing, as the Service has no ports',
  }
}
