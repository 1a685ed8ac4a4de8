/**
 * Annotations declared as data: from one definition come its type, its parsing, its page in the docs and the admission policy. Nothing here reads a
 * Service.
 */
import type { ListenerKey, Protocol, Scheme } from '../src/model/load-balancer.ts'
import { keyIndex, type KeyClaim, type PortForm, type PortPart } from './key-index.ts'

/** What a text means, or what is wrong with it and what would be right. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly wrong: string; /** Of the part that is wrong, where that says more than the parser. */ readonly allowed?: string }

export interface Parser<T> {
  /** What may be written, as a phrase for messages and docs: "`on` or `off`". */
  readonly allowed: string
  readonly parse: (text: string) => Parsed<T>
  /** All texts that may be written, where they are few. Blanks around them do not count. */
  readonly values?: readonly string[]
}

export interface Definition<T> {
  readonly key: string
  readonly value: Parser<T>
  readonly doc: string
  readonly example: string
  /** What holds where nothing is said, in words. */
  readonly default: string
  /** The key also exists for one port. The narrower wins. */
  readonly perPort?: PortForm
  /** Of a value made of pairs: those for one port come over those for the whole Service, key by key. */
  readonly cumulative?: true
  /** It decides which clients may connect, next to or in place of source ranges, and its value does not show what it allows. */
  readonly admitsClients?: true
  /** Leaving it out may let more clients in: what cannot be said elsewhere is refused there, never dropped. */
  readonly limitsClients?: true
  /** Its value names something in one cloud (a subnet, a certificate, an address), and means nothing in another. */
  readonly isOfOneCloud?: true
  /** What to do in another cloud instead, as a sentence. */
  readonly elsewhere?: string
  /** The feature a provider needs to honour it, by its name in the capabilities. */
  readonly feature?: string
  /** Other names with the same values; the key itself wins. */
  readonly aliases?: readonly Alias[]
  /**
   * Of a value made of `key=value` pairs: the pairs that the neutral vocabulary says too, by their key. They are read there and are not in the value,
   * so that no choice between the two is needed. What the neutral vocabulary has for the whole Service alone stays in the value of one port.
   */
  readonly neutralPairs?: Readonly<Record<string, NeutralPair>>
  /** Present: the key still works, and what to use instead is said in a note. */
  readonly deprecated?: string
}

/** The key without `fairlead.dev/`, what the pair's own value may be, and what it becomes; absent: the same. */
export interface NeutralPair {
  readonly word: string
  readonly value: Parser<unknown>
  readonly text?: (value: string) => string
  /** The opposite of `text`; undefined: the pair cannot say it. Absent: the same text. */
  readonly print?: (text: string) => string | undefined
}

/** What a Service says under one word of the neutral vocabulary. */
export interface Said {
  /** The text, where one holds for the whole Service and no port has another. */
  readonly everywhere?: string
  /** The Service's ports, each with the text that holds for it; absent: none does. */
  readonly ports: readonly SaidOfPort[]
}

export interface SaidOfPort extends ServicePortKey {
  readonly text?: string
}

export interface Alias {
  readonly key: string
  readonly perPort?: PortForm
  readonly deprecated?: string
}

/**
 * Another controller's annotation translated into the neutral vocabulary: its text becomes texts of neutral keys (without `fairlead.dev/`), which are then
 * read like any other. A neutral key that the Service carries itself wins, with a note; of two translations that say the same thing the first of the list.
 */
export interface Translation {
  readonly key: string
  readonly perPort?: PortForm
  readonly doc: string
  readonly example: string
  /** What may be written, as a phrase. */
  readonly allowed: string
  /** The neutral keys it may say something for, without `fairlead.dev/` and ports. None: it says what holds here anyway. */
  readonly words: readonly string[]
  /** All texts that may be written, where they are few and what they mean does not depend on the rest of the Service. */
  readonly values?: readonly string[]
  /** The keys of the answer may name a port: `alpn.443-tcp`. */
  readonly translate: (text: string, context: ServiceContext) => Parsed<Readonly<Record<string, string>>>
  /**
   * The opposite, for the one word in `words`; of a key for one port, with that port alone. Undefined: this key says nothing then. What it prints is read
   * again before it counts, so that it need not judge whether the value is possible. Absent: another key prints the word, or the vocabulary has none.
   */
  readonly print?: (said: Said) => string | undefined
}

/** The Service beside an annotation: what some keys mean depends on it. */
export interface ServiceContext {
  readonly ports: readonly ServicePortKey[]
  readonly annotations: Readonly<Record<string, string>>
}

export interface ServicePortKey {
  readonly port: number
  readonly protocol: Protocol
  readonly name?: string
}

/** Another controller's annotation that has no effect here. On a Service it is a problem, with the reason; or a note, where leaving it out changes little. */
export interface Refusal {
  readonly key: string
  readonly perPort?: PortForm
  /** As a clause: "the balancer cannot do it". */
  readonly because: string
  /** What to do instead, as a sentence. */
  readonly remedy?: string
  /** Leaving it out opens nothing and breaks nothing: a note says so, and the Service is served. */
  readonly isHarmless?: true
}

/** The scheme that users of another controller expect where they say none. */
export interface DefaultScheme {
  /** Whose default it is: `aws-load-balancer-controller`. */
  readonly controller: string
  /** One of them shows that the Service was written for that controller. */
  readonly signs: readonly Sign[]
  readonly scheme: Scheme
}

/** An annotation. `key` may end in `*`: all that begin so. `values`: only with one of these; absent: whatever it says. */
export interface Sign {
  readonly key: string
  readonly values?: readonly string[]
}

/** A controller whose annotations the set reads. */
export interface Origin {
  /** As its users call it. */
  readonly name: string
  /** The scheme of a Service that says none; absent: the controller knows no schemes. */
  readonly scheme?: Scheme
  /** By `spec.loadBalancerClass`: the scheme that the class alone decides; undefined: it decides none. */
  readonly classes: Readonly<Record<string, Scheme | undefined>>
}

/** All that a provider, or the neutral vocabulary, declares. */
export interface AnnotationSet<Options> {
  /** Keys that start with one of these are ours alone: one that is not declared is a problem. */
  readonly prefixes: readonly string[]
  readonly definitions: Readonly<Record<string, Definition<unknown>>>
  readonly translations: readonly Translation[]
  readonly refusals: readonly Refusal[]
  /** In order: the first whose sign is on a Service counts. */
  readonly defaultSchemes: readonly DefaultScheme[]
  readonly origins: readonly Origin[]
  /** What an annotation's key means here, and what in it names a port; undefined: nothing. */
  readonly find: (key: string) => { readonly found: Found; readonly port?: PortPart } | undefined
  /** Never there: it carries the type of what reading the set gives. */
  readonly __options?: Options
}

/** A key that a set knows: the definition by its name, a translation, or a refusal. */
export interface Found {
  readonly means: { readonly name: string; readonly definition: Definition<unknown> } | { readonly translation: Translation } | { readonly refusal: Refusal }
  /** Zero is the key itself, then come its aliases in their order, then translations in theirs; of two that say the same thing the lower counts. */
  readonly rank: number
  readonly deprecated?: string
}

/** What a key that exists for each port says: for the whole Service, and for single listeners that the Service has. */
export interface PerPort<T> {
  readonly service?: T
  readonly ports: Readonly<Record<ListenerKey, T>>
}

type OptionOf<D> = D extends { readonly value: Parser<infer T> } ? (D extends { readonly perPort: PortForm } ? PerPort<T> : T) : never

/** The type of a set's values: a property for each definition, absent where the Service says nothing. */
export type OptionsOf<D> = { readonly [K in keyof D]?: OptionOf<D[K]> }

interface Declarations {
  readonly prefixes?: readonly string[]
  readonly translations?: readonly Translation[]
  readonly refusals?: readonly Refusal[]
  readonly defaultSchemes?: readonly DefaultScheme[]
  readonly origins?: readonly Origin[]
}

/** Declares a set; the type of its values is inferred. Throws when two declarations claim one key, which is a fault of ours. */
export function defineAnnotations<const D extends Readonly<Record<string, Definition<unknown>>>>(
  definitions: D,
  { prefixes = [], translations = [], refusals = [], defaultSchemes = [], origins = [] }: Declarations = {},
): AnnotationSet<OptionsOf<D>> {
  const claims = [...claimsOf(definitions), ...translations.map(translationClaim), ...refusals.map(refusalClaim)]
  return { prefixes, definitions, translations, refusals, defaultSchemes, origins, find: keyIndex(claims) }
}

/** The key of each definition, by its name: a key is typed where it is declared, and nowhere else. */
export function keysOf<const D extends Readonly<Record<string, { readonly key: string }>>>(definitions: D): { readonly [Name in keyof D]: D[Name]['key'] } {
  return Object.fromEntries(Object.entries(definitions).map(([name, { key }]) => [name, key])) as { readonly [Name in keyof D]: D[Name]['key'] }
}

/** For a provider without its own annotations. */
export const NO_ANNOTATIONS: AnnotationSet<Readonly<Record<string, never>>> = defineAnnotations({})

/** What holds for one listener: its own value before the Service's. */
export function forPort<T>(value: PerPort<T> | undefined, listener: ListenerKey): T | undefined {
  return value?.ports[listener] ?? value?.service
}

function claimsOf(definitions: Readonly<Record<string, Definition<unknown>>>): KeyClaim<Found>[] {
  return Object.entries(definitions).flatMap(([name, definition]) =>
    [definition, ...(definition.aliases ?? [])].map(({ key, perPort, deprecated }, rank) => ({
      key,
      perPort,
      found: { means: { name, definition }, rank, ...(deprecated === undefined ? {} : { deprecated }) },
    })),
  )
}

/** Translations come after whatever says the same thing in our own words. */
const TRANSLATED = 1000
/** And single pairs of a value after the annotation that is about one thing alone. */
export const PAIRED = 2000

function translationClaim(translation: Translation, index: number): KeyClaim<Found> {
  return { key: translation.key, perPort: translation.perPort, found: { means: { translation }, rank: TRANSLATED + index } }
}

function refusalClaim(refusal: Refusal): KeyClaim<Found> {
  return { key: refusal.key, perPort: refusal.perPort, found: { means: { refusal }, rank: TRANSLATED } }
}
