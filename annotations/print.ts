/** The opposite of reading: settings in the neutral vocabulary become the annotations of a provider's own vocabulary, as far as that can say them. */
import { listenerKey } from '../src/model/load-balancer.ts'
import type { AnnotationSet, Definition, NeutralPair, PerPort, Said, SaidOfPort, ServicePortKey, Translation } from './define.ts'
import { forPort } from './define.ts'
import { keyForPort } from './key-index.ts'
import { neutral, PREFIX } from './neutral.ts'
import { pairsIn, pairsText } from './parsers.ts'
import { readAnnotations } from './read.ts'

type Annotations = Readonly<Record<string, string>>

/** One setting as it stands in a neutral annotation. */
export interface NeutralText {
  /** Without `fairlead.dev/`. */
  readonly word: string
  /** `53` or `53-udp`; absent: for the whole Service. */
  readonly port?: string
  readonly text: string
}

/** The neutral annotations themselves. */
export function neutralAnnotations(texts: readonly NeutralText[]): Annotations {
  return Object.fromEntries(texts.map(({ word, port, text }) => [`${PREFIX}${word}${port === undefined ? '' : `.${port}`}`, text]))
}

/**
 * What a provider that reads `set` takes for exactly these settings. A word that the set's own keys cannot say, or not so that it would be read as the same again,
 * stays in the neutral vocabulary, which every provider reads. `own`: annotations under the set's own definitions, which stay; pairs are added to them.
 */
export function printSettings(texts: readonly NeutralText[], own: Annotations, { ports, set }: Printing): Annotations {
  const plain = readAnnotations(neutralAnnotations(texts), ports, set).neutral
  const kept = new Set<string>()
  for (;;) {
    const printed = printAll(texts, own, { ports, set, kept })
    const again = readAnnotations(printed, ports, set)
    const wrong = new Set(texts.map(({ word }) => word).filter((word) => !kept.has(word) && !isSame(word, { plain, again: again.neutral, ports })))
    if (wrong.size === 0) return printed
    for (const word of wrong) kept.add(word)
  }
}

interface Printing {
  readonly ports: readonly ServicePortKey[]
  readonly set: AnnotationSet<unknown>
}

type Values = Readonly<Record<string, unknown>>

function isSame(word: string, { plain, again, ports }: { readonly plain: Values; readonly again: Values; readonly ports: readonly ServicePortKey[] }): boolean {
  const [name = '', definition] = Object.entries(neutral.definitions).find(([, { key }]) => key === `${PREFIX}${word}`) ?? []
  const [a, b] = [plain[name], again[name]]
  if (isEqual(a, b)) return true
  // What limits clients is compared as it is written: `spec.loadBalancerSourceRanges` overrides a range for the Service, and none for a port.
  if (definition?.perPort === undefined || definition.limitsClients === true) return false
  return ports.every((port) => {
    const key = listenerKey(port.port, port.protocol)
    return isEqual(forPort(a as PerPort<unknown> | undefined, key), forPort(b as PerPort<unknown> | undefined, key))
  })
}

/** Of values that were read from texts: two that differ in the order of keys alone count as different, and nothing is lost by that. */
function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function printAll(texts: readonly NeutralText[], own: Annotations, printing: Printing & { readonly kept: ReadonlySet<string> }): Annotations {
  const { ports, set, kept } = printing
  const printed: Record<string, string> = { ...own }
  for (const [word, group] of Map.groupBy(texts, (text) => text.word)) {
    const said = saidIn(group, ports)
    const entries = kept.has(word) ? [] : [...translated(word, said, set), ...paired(word, said, { set, printed })]
    Object.assign(printed, entries.length === 0 ? neutralAnnotations(group) : Object.fromEntries(entries))
  }
  return printed
}

/** The narrower overrides the wider. */
function saidIn(group: readonly NeutralText[], ports: readonly ServicePortKey[]): Said {
  const whole = group.find(({ port }) => port === undefined)?.text
  const ofPort = ({ port, protocol }: ServicePortKey): string | undefined => {
    const named = (name: string): string | undefined => group.find((each) => each.port === name)?.text
    return named(`${port}-${protocol.toLowerCase()}`) ?? named(String(port)) ?? whole
  }
  const all = ports.map((port): SaidOfPort => {
    const text = ofPort(port)
    return text === undefined ? port : { ...port, text }
  })
  const [first = whole, ...others] = new Set(all.map(({ text }) => text))
  return { ...(first === undefined || others.length > 0 ? {} : { everywhere: first }), ports: all }
}

type Entries = readonly (readonly [key: string, text: string])[]

function translated(word: string, said: Said, { translations }: AnnotationSet<unknown>): Entries {
  return translations.filter(({ words, print }) => print !== undefined && words.includes(word)).flatMap((translation) => entriesOf(translation, said))
}

/** Under the key itself, and for each port that has another text. */
function entriesOf({ key, perPort, print }: Translation, said: Said): Entries {
  const isForOnePort = key.includes('{port}')
  const whole = isForOnePort ? undefined : print?.(said)
  if (whole !== undefined || perPort === undefined) return whole === undefined ? [] : [[key, whole]]
  return said.ports.flatMap((port) => {
    const text = port.text === undefined ? undefined : print?.({ everywhere: port.text, ports: [port] })
    return text === undefined ? [] : [[keyForPort(key, perPort, port), text] as const]
  })
}

/** One pair of a value made of pairs, where no key is about the word alone. */
function paired(word: string, said: Said, { set, printed }: { readonly set: AnnotationSet<unknown>; readonly printed: Annotations }): Entries {
  if (set.translations.some(({ words, print }) => print !== undefined && words.includes(word))) return []
  return Object.values(set.definitions).flatMap((definition) =>
    Object.entries(definition.neutralPairs ?? {})
      .filter(([, pair]) => pair.word === word)
      .flatMap(([name, pair]) => placesOf(definition, said).flatMap(([key, text]) => withPair(key, { name, pair, text }, printed))),
  )
}

function placesOf({ key, perPort }: Definition<unknown>, { everywhere, ports }: Said): Entries {
  if (typeof perPort !== 'string') return everywhere === undefined ? [] : [[key, everywhere]]
  return ports.flatMap((port) => (port.text === undefined ? [] : [[keyForPort(key, perPort, port), port.text] as const]))
}

function withPair(
  key: string,
  { name, pair, text }: { readonly name: string; readonly pair: NeutralPair; readonly text: string },
  printed: Annotations,
): Entries {
  const value = pair.print === undefined ? text.trim() : pair.print(text)
  return value === undefined ? [] : [[key, pairsText({ ...Object.fromEntries(pairsIn(printed[key] ?? '').filter(([each]) => each !== '')), [name]: value })]]
}
