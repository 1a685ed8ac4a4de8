/** Which of a Service's annotations say something, about what, and for which ports: everything before values are looked at. */
import { listenerKey, type ListenerKey, type Protocol } from '../src/model/load-balancer.ts'
import type { Problem } from '../src/model/problem.ts'
import type { AnnotationSet, Definition, Found, Translation } from './define.ts'
import type { neutral as neutralSet } from './neutral.ts'

export interface ServicePortKey {
  readonly port: number
  readonly protocol: Protocol
}

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

/** `neutral` receives what the translations of `own` say. */
export function candidatesOf(
  annotations: Readonly<Record<string, string>>,
  ports: readonly ServicePortKey[],
  { neutral, own }: { readonly neutral: typeof neutralSet; readonly own: AnnotationSet<unknown> },
): Candidates {
  const candidates: Candidate[] = []
  const problems: Problem[] = []
  const notes: string[] = []
  for (const key of Object.keys(annotations).toSorted()) {
    const value = annotations[key] ?? ''
    for (const set of [neutral, own]) {
      const match = set.find(key)
      if (match === undefined) continue
      const scope = match.port === undefined ? ({ width: 'service' } as const) : scopeOf(match.port, ports)
      if (scope === undefined) {
        problems.push(noSuchPort(key, match.port ?? '', ports))
        continue
      }
      if (match.found.deprecated !== undefined) notes.push(`${key} is deprecated: ${match.found.deprecated}`)
      const read = claimsOf({ key, value, found: match.found, scope }, set, neutral)
      if ('problem' in read) problems.push(read.problem)
      else candidates.push(...read.claims)
    }
  }
  return { candidates, problems, notes }
}

function claimsOf(
  { key, value, found, scope }: Annotation,
  set: AnnotationSet<unknown>,
  neutral: AnnotationSet<unknown>,
): { readonly claims: readonly Candidate[] } | { readonly problem: Problem } {
  if ('translation' in found.means) return translated({ key, value, scope }, found.means.translation, neutral)
  // Other controllers take an empty value for none; under a name of ours it is a mistake.
  if (found.rank > 0 && value.trim() === '') return { claims: [] }
  return { claims: [{ set, ...found.means, key, value, text: value, rank: found.rank, scope }] }
}

function translated(
  { key, value, scope }: Omit<Annotation, 'found'>,
  { translate, allowed }: Translation,
  neutral: AnnotationSet<unknown>,
): { readonly claims: readonly Candidate[] } | { readonly problem: Problem } {
  const meant = translate(value)
  if (!meant.ok) return { problem: { reason: 'Invalid', field: key, value, wrong: meant.wrong, allowed } }
  return {
    claims: Object.entries(meant.value).flatMap(([word, text]) => {
      const found = neutral.find(`${neutral.prefixes[0]}${word}`)?.found
      if (found === undefined || !('definition' in found.means)) throw new Error(`${key} is translated to ${word}, which is no neutral key`)
      return [{ set: neutral, ...found.means, key, value, text, rank: Number.POSITIVE_INFINITY, scope }]
    }),
  }
}

/** `53` is each listener of that number, `53-udp` the one; undefined where the Service has none such. */
function scopeOf(text: string, ports: readonly ServicePortKey[]): Scope | undefined {
  const [, number = '', protocol] = /^([1-9]\d{0,4})(?:-(tcp|udp|sctp))?$/i.exec(text) ?? []
  const listeners = ports
    .filter((each) => each.port === Number(number) && (protocol === undefined || each.protocol === protocol.toUpperCase()))
    .map((each) => listenerKey(each.port, each.protocol))
  return listeners.length === 0 ? undefined : { width: protocol === undefined ? 'port' : 'listener', listeners, text: text.toLowerCase() }
}

function noSuchPort(key: string, text: string, ports: readonly ServicePortKey[]): Problem {
  return {
    reason: 'Invalid',
    field: key,
    wrong: `ends in ${JSON.stringify(text)}, which names no port of the Service`,
    allowed: ports.map(({ port, protocol }) => `\`${port}\` or \`${port}-${protocol.toLowerCase()}\``).join(', '),
  }
}
