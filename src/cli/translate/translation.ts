/** One Service's annotations, `loadBalancerIP` and class in another vocabulary. Pure. Nothing is left out in silence, and nothing that limits clients is left out at all. */
import type { AnnotationSet, Origin, ServicePortKey } from '../../../annotations/define.ts'
import { NO_ANNOTATIONS } from '../../../annotations/define.ts'
import { neutral, PREFIX } from '../../../annotations/neutral.ts'
import { neutralAnnotations, printSettings } from '../../../annotations/print.ts'
import { readAnnotations, type Winner, winnersOf } from '../../../annotations/read.ts'
import { parseAddress } from '../../model/address.ts'
import type { Scheme } from '../../model/load-balancer.ts'
import { classOf } from '../../model/names.ts'
import type { Problem } from '../../model/problem.ts'
import { type NoCounterpart, type SaidText, withoutCounterpart } from './counterparts.ts'
import type { Vocabulary } from './vocabulary.ts'

/** What is translated of a Service. */
export interface Source {
  readonly annotations: Readonly<Record<string, string>>
  readonly ports: readonly ServicePortKey[]
  readonly loadBalancerIP?: string
  readonly loadBalancerClass?: string
  readonly loadBalancerSourceRanges?: readonly string[]
}

export interface TranslateOptions {
  /** What the Service was written for; no provider: the neutral vocabulary alone. */
  readonly from: { readonly provider?: Vocabulary; readonly origin?: Origin }
  /** The provider that is to serve it; absent: that of `from`. */
  readonly to?: Vocabulary
  /** In the neutral vocabulary, and not in that of the provider. */
  readonly isNeutral: boolean
  readonly keepsClass: boolean
}

export type Translation =
  | {
      readonly kind: 'translated'
      /** All of them, those that stay as they are too. */
      readonly annotations: Readonly<Record<string, string>>
      /** Undefined: none from now on. */
      readonly loadBalancerIP: string | undefined
      readonly loadBalancerClass: string | undefined
      readonly lost: readonly NoCounterpart[]
      readonly notes: readonly string[]
    }
  /** Left out as it is: a value is wrong, or clients would get in that do not now. */
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] }

/** The same request in the other vocabulary. */
export function translateService(source: Source, options: TranslateOptions): Translation {
  const { from } = options
  const set = from.provider?.annotations ?? NO_ANNOTATIONS
  const { kept, refusals } = withoutRefusals(source.annotations, set)
  const reading = readAnnotations(kept, source.ports, set)
  const winners = winnersOf(kept, source.ports, set)
  const problems = [...reading.problems, ...addressProblems(source, winners), ...others(source, set, options)]
  if (problems.length > 0) return { kind: 'refused', problems }
  const texts = [...neutralTexts(winners), ...addressTexts(source, winners), ...schemeTexts(source, winners, { from, found: reading.defaultScheme?.scheme })]
  const target = options.to ?? from.provider
  const own = winners.filter((winner) => winner.set !== neutral)
  const ranges = source.loadBalancerSourceRanges ?? []
  const sorted = withoutCounterpart({ texts: withoutSchemeTwice(texts), own, source: from.provider, target, ranges })
  if (sorted.problems.length > 0) return { kind: 'refused', problems: sorted.problems }
  const ownTexts = Object.fromEntries(sorted.own.map(({ key, text }) => [key, text]))
  const isPrintable = !options.isNeutral && target !== undefined && sorted.texts.some(({ word }) => word === SCHEME)
  const printed = !isPrintable
    ? { ...neutralAnnotations(sorted.texts), ...ownTexts }
    : printSettings(sorted.texts, ownTexts, { ports: source.ports, set: target.annotations })
  return {
    kind: 'translated',
    annotations: { ...unread(source.annotations, set), ...printed },
    loadBalancerIP: undefined,
    loadBalancerClass: options.keepsClass || target === undefined ? source.loadBalancerClass : classOf(target.name),
    lost: [...refusals, ...sorted.lost],
    notes: [...reading.notes, ...(isPrintable || options.isNeutral || sorted.texts.length === 0 ? [] : [NO_SCHEME])],
  }
}

/** A key of a provider's own would decide the scheme by the default of the controller that it is known from. */
const NO_SCHEME = `the Service names no scheme, so that its settings stay in keys under ${PREFIX}: set ${PREFIX}scheme`

/** What no provider of ours does has no counterpart anywhere. */
function withoutRefusals(
  annotations: Source['annotations'],
  set: AnnotationSet<unknown>,
): { readonly kept: Source['annotations']; readonly refusals: readonly NoCounterpart[] } {
  const refusals: NoCounterpart[] = []
  const kept = Object.entries(annotations).filter(([key, value]) => {
    const means = set.find(key)?.found.means
    if (means === undefined || !('refusal' in means) || value.trim() === '') return true
    const { because, remedy } = means.refusal
    refusals.push({ key, value, why: because, instead: remedy ?? 'Leave it out.' })
    return false
  })
  return { kept: Object.fromEntries(kept), refusals }
}

/** What stays as it is: annotations that have nothing to do with load balancers, or that neither the source nor the neutral vocabulary reads. */
function unread(annotations: Source['annotations'], set: AnnotationSet<unknown>): Source['annotations'] {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => set.find(key) === undefined && neutral.find(key) === undefined))
}

/** Annotations that the target reads and the source does not: they would say something that the Service has not said so far. */
function others({ annotations }: Source, set: AnnotationSet<unknown>, { from, to }: TranslateOptions): readonly Problem[] {
  if (to === undefined || to.name === from.provider?.name) return []
  const found = Object.entries(annotations).filter(([key, value]) => {
    const isOthers = set.find(key) === undefined && neutral.find(key) === undefined
    return isOthers && value.trim() !== '' && to.annotations.find(key) !== undefined
  })
  return found.map(([field, value]) => ({
    reason: 'Invalid',
    field,
    value,
    wrong: `is there already, and the provider ${to.name} reads it`,
    remedy: 'Remove it, or name the controller that it was written for with --from.',
  }))
}

function addressProblems(source: Source, winners: readonly Winner[]): readonly Problem[] {
  const { loadBalancerIP = '' } = source
  if (addressTexts(source, winners).length === 0 || parseAddress(loadBalancerIP.trim()) !== undefined) return []
  return [{ reason: 'Invalid', field: 'spec.loadBalancerIP', value: loadBalancerIP, wrong: 'is not an IP address', allowed: 'an IP address' }]
}

/** A narrower text that repeats what a wider one says of the same port is left out. */
function neutralTexts(winners: readonly Winner[]): readonly SaidText[] {
  const texts = winners
    .filter(({ set }) => set === neutral)
    .map(({ definition, key, value, scope, text }): SaidText => {
      const word = definition.key.slice(PREFIX.length)
      return { word, text, key, value, ...(scope.width === 'service' ? {} : { port: scope.text }) }
    })
  return texts.filter(({ word, port = '', text }) => {
    const [number, protocol] = port.split('-')
    return protocol === undefined || !texts.some((wider) => wider.word === word && wider.port === number && wider.text === text)
  })
}

function addressTexts({ loadBalancerIP = '' }: Source, winners: readonly Winner[]): readonly SaidText[] {
  const isSaid = winners.some(({ set, name }) => set === neutral && name === 'addresses')
  return isSaid || loadBalancerIP.trim() === '' ? [] : [{ word: ADDRESSES, text: loadBalancerIP.trim(), key: 'spec.loadBalancerIP', value: loadBalancerIP }]
}

const ADDRESSES = 'addresses'
const SCHEME = 'scheme'

/** The scheme is written down: the annotations that showed whose default counts may be gone afterwards. What a class decides overrides what is said. */
function schemeTexts(
  { loadBalancerClass = '' }: Source,
  winners: readonly Winner[],
  { from: { origin }, found }: { readonly from: TranslateOptions['from']; readonly found: Scheme | undefined },
): readonly SaidText[] {
  const byClass = origin !== undefined && Object.hasOwn(origin.classes, loadBalancerClass) ? origin.classes[loadBalancerClass] : undefined
  const isSaid = winners.some(({ set, name }) => set === neutral && name === SCHEME)
  const scheme = byClass ?? (isSaid ? undefined : (found ?? origin?.scheme))
  const key = byClass === undefined ? `${PREFIX}${SCHEME}` : 'spec.loadBalancerClass'
  return scheme === undefined ? [] : [{ word: SCHEME, text: scheme, key, value: byClass === undefined ? scheme : loadBalancerClass }]
}

/** The last counts. */
function withoutSchemeTwice(texts: readonly SaidText[]): readonly SaidText[] {
  const last = texts.findLast(({ word }) => word === SCHEME)
  return texts.filter((text) => text.word !== SCHEME || text === last)
}
