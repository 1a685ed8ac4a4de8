/**
 * Annotations declared as data: from one definition come its type, its parsing, its page in the docs and the admission policy. Nothing here reads a
 * Service.
 */
import type { ListenerKey } from '../src/model/load-balancer.ts'
import { keyIndex, type KeyClaim } from './key-index.ts'

/** What a text means, or what is wrong with it and what would be right. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly wrong: string }

export interface Parser<T> {
  /** What may be written, as a phrase for messages and docs: "`on` or `off`". */
  readonly allowed: string
  readonly parse: (text: string) => Parsed<T>
}

export interface Definition<T> {
  readonly key: string
  readonly value: Parser<T>
  readonly doc: string
  readonly example: string
  /** What holds where nothing is said, in words. */
  readonly default: string
  /**
   * The key also exists for one port. `true`: `KEY.53`, `KEY.53-udp`. A text: the key's form with `{port}` in it, as other controllers write it
   * (`example.com/port_{port}_probe`). The narrower wins.
   */
  readonly perPort?: true | string
  /** The feature a provider needs to honour it, by its name in the capabilities. */
  readonly feature?: string
  /** Other names with the same values; the key itself wins. */
  readonly aliases?: readonly Alias[]
  /** Present: the key still works, and what to use instead is said in a note. */
  readonly deprecated?: string
}

export interface Alias {
  readonly key: string
  readonly perPort?: true | string
  readonly deprecated?: string
}

/**
 * Another controller's annotation told in the neutral vocabulary: its text becomes texts of neutral keys (without `fairlead.dev/`), which are then
 * read like any other. A neutral key that the Service carries itself wins, with a note.
 */
export interface Translation {
  readonly key: string
  readonly perPort?: true | string
  readonly doc: string
  readonly example: string
  /** What may be written, as a phrase. */
  readonly allowed: string
  readonly translate: (text: string) => Parsed<Readonly<Record<string, string>>>
}

/** All that a provider, or the neutral vocabulary, declares. */
export interface AnnotationSet<Options> {
  /** Keys that start with one of these are ours alone: one that is not declared is a problem. */
  readonly prefixes: readonly string[]
  readonly definitions: Readonly<Record<string, Definition<unknown>>>
  readonly translations: readonly Translation[]
  /** What an annotation's key means here, and the text in it that names a port (`53`, `53-udp`); undefined: nothing. */
  readonly find: (key: string) => { readonly found: Found; readonly port?: string } | undefined
  /** Never there: it carries the type of what reading the set gives. */
  readonly __options?: Options
}

/** A key that a set knows: the definition by its name, or a translation. */
export interface Found {
  readonly means: { readonly name: string; readonly definition: Definition<unknown> } | { readonly translation: Translation }
  /** Zero is the key itself, then come its aliases in their order; of two that say the same thing the lower counts. */
  readonly rank: number
  readonly deprecated?: string
}

/** What a key that exists for each port says: for the whole Service, and for single listeners that the Service has. */
export interface PerPort<T> {
  readonly service?: T
  readonly ports: Readonly<Record<ListenerKey, T>>
}

type OptionOf<D> = D extends { readonly value: Parser<infer T> } ? (D extends { readonly perPort: true | string } ? PerPort<T> : T) : never

/** The type of a set's values: a property for each definition, absent where the Service says nothing. */
export type OptionsOf<D> = { readonly [K in keyof D]?: OptionOf<D[K]> }

/** Declares a set; the type of its values is inferred. Throws when two definitions claim one key, which is a fault of ours. */
export function defineAnnotations<const D extends Readonly<Record<string, Definition<unknown>>>>(
  definitions: D,
  { prefixes = [], translations = [] }: { readonly prefixes?: readonly string[]; readonly translations?: readonly Translation[] } = {},
): AnnotationSet<OptionsOf<D>> {
  return { prefixes, definitions, translations, find: keyIndex([...claimsOf(definitions), ...translations.map(claimOf)]) }
}

/** For a provider without knobs of its own. */
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

/** A translation comes after whatever says the same thing in our own words. */
function claimOf(translation: Translation): KeyClaim<Found> {
  return { key: translation.key, perPort: translation.perPort, found: { means: { translation }, rank: Number.POSITIVE_INFINITY } }
}
