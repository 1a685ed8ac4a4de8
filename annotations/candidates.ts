/** Which of a Service's annotations say something, about what, and for which ports: everything before values are looked at. */
import { listenerKey, type ListenerKey } from '../src/model/load-balancer.ts'
import type { Problem } from '../src/model/problem.ts'
import { PAIRED, type AnnotationSet, type Definition, type Found, type Refusal, type ServiceContext, type ServicePortKey, type Translation } from './define.ts'
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
  /** Of two that say the same thing, the lower counts. */
  readonly rank: number
  readonly scope: Scope
}

/** `service`: all ports. Narrower comes before wider. */
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

type Claims = { readonly claims: readonly Candidate[] } | { readonly problem: Problem }

export function candidatesOf(annotations: Readonly<Record<string, string>>, ports: readonly ServicePortKey[], { neutral, own }: Sets): Candidates {
  const candidates: Candidate[] = []
  const problems: Problem[] = []
  const notes: string[] = []
  for (const key of Object.keys(annotations).toSorted()) {
    const value = annotations[key] ?? ''
    // Other controllers take an empty value for none; under a name of ours it is a mistake.
    if (value.trim() === '' && !OURS.test(key)) continue
    for (const set of [neutral, own]) {
      const match = set.find(key)
      if (match === undefined) continue
      const scope = match.port === undefined ? WHOLE : scopeOf(match.port.port, ports)
      if (scope === undefined) {
        problems.push(noSuchPort(key, match.port ?? { form: true, port: '' }, ports))
        continue
      }
      if (match.found.deprecated !== undefined) notes.push(`${key} is deprecated: ${match.found.deprecated}`)
      const read = claimsOf({ key, value, found: match.found, scope }, set, { neutral, context: { annotations, ports } })
      if ('problem' in read) problems.push(read.problem)
      else candidates.push(...read.claims)
    }
  }
  return { candidates, problems, notes }
}

const OURS = /^([a-z0-9-]+\.)?fairlead\.dev\//
const WHOLE: Scope = { width: 'service' }

interface Surroundings {
  readonly neutral: AnnotationSet<unknown>
  readonly context: ServiceContext
}

function claimsOf(annotation: Annotation, set: AnnotationSet<unknown>, surroundings: Surroundings): Claims {
  const { means } = annotation.found
  if ('refusal' in means) return { problem: refused(annotation, means.refusal) }
  if ('translation' in means) return translated(annotation, means.translation, surroundings)
  return { claims: divided(annotation, { set, ...means }, surroundings.neutral) }
}

function refused({ key, value }: Annotation, { because, remedy }: Refusal): Problem {
  return { reason: 'Invalid', field: key, value, wrong: `cannot be honoured: ${because}`, ...(remedy === undefined ? {} : { remedy }) }
}

function translated(annotation: Annotation, { words, translate, allowed }: Translation, { neutral, context }: Surroundings): Claims {
  const { key, value, found } = annotation
  const meant = translate(value, context)
  if (!meant.ok) return { problem: { reason: 'Invalid', field: key, value, wrong: meant.wrong, allowed } }
  return {
    claims: Object.entries(meant.value).map(([word, text]) => {
      const said = neutralClaim(annotation, { word, text, rank: found.rank }, { neutral, ports: context.ports })
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
  { neutral, ports }: { readonly neutral: AnnotationSet<unknown>; readonly ports: readonly ServicePortKey[] },
): Candidate | undefined {
  const match = neutral.find(`${neutral.prefixes[0]}${word}`)
  const own = match?.port === undefined ? scope : scopeOf(match.port.port, ports)
  if (match === undefined || own === undefined || !('definition' in match.found.means)) return undefined
  return { set: neutral, ...match.found.means, key, value, text, rank, scope: own }
}

/** A definition's own value, and what the neutral vocabulary says of it. */
function divided(
  annotation: Annotation,
  { set, name, definition }: Pick<Candidate, 'set' | 'name' | 'definition'>,
  neutral: AnnotationSet<unknown>,
): readonly Candidate[] {
  const { key, value, found, scope } = annotation
  const own = { set, name, definition, key, value, rank: found.rank, scope }
  if (definition.neutralPairs === undefined) return [{ ...own, text: value }]
  const { neutralPairs } = definition
  const claimOf = ([each, text]: readonly [string, string]): Candidate | undefined => {
    const pair = neutralPairs[each]
    const claim = pair && neutralClaim(annotation, { word: pair.word, text: pair.text?.(text) ?? text, rank: PAIRED }, { neutral, ports: [] })
    return scope.width === 'service' || claim?.definition.perPort !== undefined ? claim : undefined
  }
  const whole = keyValues.parse(value)
  // What is malformed is told when the value is read; what can be understood of it counts all the same: a typo takes no protection away.
  const pairs = whole.ok ? Object.entries(whole.value) : pairsIn(value)
  const rest = pairsText(Object.fromEntries(pairs.filter((pair) => claimOf(pair) === undefined)))
  return [...pairs.flatMap((pair) => claimOf(pair) ?? []), ...(whole.ok && rest === '' ? [] : [{ ...own, text: whole.ok ? rest : value }])]
}

/** `53` is each listener of that number, `53-udp` the one; undefined where the Service has none such. */
function scopeOf(text: string, ports: readonly ServicePortKey[]): Scope | undefined {
  const [, number = '', protocol] = /^([1-9]\d{0,4})(?:-(tcp|udp|sctp))?$/i.exec(text) ?? []
  const listeners = ports
    .filter((each) => each.port === Number(number) && (protocol === undefined || each.protocol === protocol.toUpperCase()))
    .map((each) => listenerKey(each.port, each.protocol))
  return listeners.length === 0 ? undefined : { width: protocol === undefined ? 'port' : 'listener', listeners, text: text.toLowerCase() }
}

function noSuchPort(key: string, { form, port }: PortPart, ports: readonly ServicePortKey[]): Problem {
  const allowed = ports.map((each) =>
    form === true ? `\`${each.port}\` or \`${each.port}-${each.protocol.toLowerCase()}\`` : `\`${keyForPort(key, form, each)}\``,
  )
  return {
    reason: 'Invalid',
    field: key,
    wrong: form === true ? `ends in ${JSON.stringify(port)}, which names no port of the Service` : 'names no port of the Service',
    allowed: allowed.join(', '),
  }
}
