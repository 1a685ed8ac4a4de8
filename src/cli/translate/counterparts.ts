/** Which settings of a Service another provider can have, which it cannot, and which it must not lose. Pure. */
import type { Definition } from '../../../annotations/define.ts'
import { neutral, type NeutralOptions, PREFIX } from '../../../annotations/neutral.ts'
import type { NeutralText } from '../../../annotations/print.ts'
import type { Winner } from '../../../annotations/read.ts'
import { featuresOf } from '../../desired/support.ts'
import { SOURCE_RANGES_FIELD } from '../../desired/source-ranges.ts'
import type { Problem } from '../../model/problem.ts'
import type { Vocabulary } from './vocabulary.ts'

/** A setting that is not in the translation. */
export interface NoCounterpart {
  readonly key: string
  readonly value: string
  /** As a clause. */
  readonly why: string
  /** As a sentence. */
  readonly instead: string
}

/** A setting, and the annotation or field of the Service that it comes from. */
export interface SaidText extends NeutralText {
  readonly key: string
  readonly value: string
}

export interface Settings {
  readonly texts: readonly SaidText[]
  /** Winners of the source's own definitions. */
  readonly own: readonly Winner[]
  readonly source: Vocabulary | undefined
  /** Undefined: not known, and nothing is left out. */
  readonly target: Vocabulary | undefined
  /** `spec.loadBalancerSourceRanges`. */
  readonly ranges: readonly string[]
}

export interface Sorted {
  readonly texts: readonly SaidText[]
  readonly own: readonly Winner[]
  readonly lost: readonly NoCounterpart[]
  /** Settings that limit clients and cannot be kept. */
  readonly problems: readonly Problem[]
}

export function withoutCounterpart({ texts, own, source, target, ranges }: Settings): Sorted {
  if (target === undefined) return { texts, own, lost: [], problems: [] }
  const found = [
    ...texts.map((text) => ({ text, definition: definitionOf(text), lost: lostText(text, source, target) })),
    ...own.map((winner) => ({ winner, definition: winner.definition, lost: source?.name === target.name ? undefined : lostOwn(winner, target) })),
  ]
  const gone = found.flatMap(({ definition, lost }) => (lost === undefined ? [] : [{ definition, lost }]))
  return {
    texts: found.flatMap((one) => ('text' in one && one.lost === undefined ? [one.text] : [])),
    own: found.flatMap((one) => ('winner' in one && one.lost === undefined ? [one.winner] : [])),
    lost: gone.filter(({ definition }) => definition.limitsClients !== true).map(({ lost }) => lost),
    problems: [...gone.filter(({ definition }) => definition.limitsClients === true).map(({ lost }) => limits(lost, target)), ...rangeProblems(ranges, target)],
  }
}

function definitionOf({ word }: NeutralText): Definition<unknown> {
  return Object.values<Definition<unknown>>(neutral.definitions).find(({ key }) => key === `${PREFIX}${word}`) ?? missing(word)
}

function missing(word: string): never {
  throw new Error(`${word} is not a word of the neutral vocabulary`)
}

function lostText(text: SaidText, source: Vocabulary | undefined, target: Vocabulary): NoCounterpart | undefined {
  const definition = definitionOf(text)
  const { key, value } = text
  const because = cannot(text, definition, target)
  if (because !== undefined)
    return { key, value, why: `is not possible with the provider ${target.name}: ${because}`, instead: 'Leave it out, or choose a provider that has it.' }
  if (definition.isOfOneCloud !== true || source === undefined || source.name === target.name) return undefined
  return {
    key,
    value,
    why: `names something of the provider ${source.name}`,
    instead: `Set ${definition.key} to what the provider ${target.name} has in its place.`,
  }
}

/** The provider's reason; undefined: it can. */
function cannot({ text, port }: NeutralText, { key, value }: Definition<unknown>, { capabilities }: Vocabulary): string | undefined {
  const name = Object.entries<Definition<unknown>>(neutral.definitions).find(([, definition]) => definition.key === key)?.[0] as keyof NeutralOptions
  const parsed = value.parse(text)
  const features = featuresOf(name, parsed.ok ? parsed.value : undefined, port !== undefined)
  for (const feature of features) {
    const support = capabilities[feature]
    if (!support.supported) return support.because
  }
  return undefined
}

function lostOwn({ key, text: value, definition: { elsewhere } }: Winner, { name }: Vocabulary): NoCounterpart {
  return { key, value, why: `has no counterpart with the provider ${name}`, instead: elsewhere ?? 'Leave it out.' }
}

function limits({ key, value, why, instead }: NoCounterpart, { name }: Vocabulary): Problem {
  return {
    reason: 'Invalid',
    field: key,
    value,
    wrong: `limits which clients may connect, and ${why}`,
    remedy: `The Service is not translated, because the provider ${name} might let more clients in. ${instead}`,
  }
}

function rangeProblems(ranges: readonly string[], { name, capabilities }: Vocabulary): readonly Problem[] {
  const support = capabilities['source-ranges']
  if (ranges.length === 0 || support.supported) return []
  return [{ reason: 'Invalid', field: SOURCE_RANGES_FIELD, value: ranges.join(','), wrong: `is not possible with the provider ${name}: ${support.because}` }]
}
