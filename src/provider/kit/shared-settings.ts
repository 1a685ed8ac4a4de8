/**
 * What several Services set of something that they share (a load balancer, an address), and who contradicts whom. Which settings there are is a table of the
 * adapter. Only what is set counts: a Service that leaves a default takes what the others set.
 */
import { isDeepStrictEqual } from 'node:util'
import { type Owner, ownerName } from '../../model/owner.ts'
import type { Problem } from '../../model/problem.ts'
import { excerpt } from '../../model/text.ts'

/** A configuration and whose it is. */
interface Owned {
  readonly owner: Owner
}

export interface SettingRule<W, Value> {
  /** The annotation or the field that sets it. */
  readonly field: string
  /** Undefined: the configuration does not set it. */
  readonly valueOf: (want: W) => Value | undefined
  /** A value in a message; absent: its text, of a list with commas. */
  readonly textOf?: (value: Value) => string
}

/** Settings with keys that users choose (tags): each key is a setting. */
export interface KeyedRule<W> {
  readonly fieldOf: (key: string) => string
  readonly valuesOf: (want: W) => Readonly<Record<string, string>>
}

/** `Values`: by name, the type of each setting. `Keyed`: the names of the settings with keys. */
export interface SettingsTable<W, Values extends object, Keyed extends string> {
  /** What is shared, as people call it: `load balancer`. */
  readonly of: string
  /** A contradiction is reported of the first row that has one. */
  readonly settings: { readonly [K in keyof Values]-?: SettingRule<W, Exclude<Values[K], undefined>> }
  readonly keyed: Readonly<Record<Keyed, KeyedRule<W>>>
}

export type SettingsOf<Values extends object, Keyed extends string> = Values & Readonly<Record<Keyed, Readonly<Record<string, string>>>>

/** What several set together. */
export interface Joined<Settings> {
  readonly settings: Settings
  /** By setting, who set it first. */
  readonly setBy: ReadonlyMap<string, Owner>
}

export interface SharedSettings<W, Settings> {
  /** What one configuration sets. */
  readonly of: (want: W) => Settings
  /** With one more that shares; the problem where it sets something else than those before. */
  readonly join: (before: Joined<Settings> | undefined, want: W) => Joined<Settings> | { readonly problem: Problem }
}

interface Entry {
  /** Unique among all settings. */
  readonly name: string
  readonly field: string
  readonly value: unknown
  readonly text: string
}

export function sharedSettings<W extends Owned, Values extends object, Keyed extends string>(
  table: SettingsTable<W, Values, Keyed>,
): SharedSettings<W, SettingsOf<Values, Keyed>> {
  type Settings = SettingsOf<Values, Keyed>
  const rules = Object.entries(table.settings) as [keyof Values & string, SettingRule<W, unknown>][]
  const keyedRules = Object.entries(table.keyed) as [Keyed, KeyedRule<W>][]

  const of = (want: W): Settings => {
    const values = rules.flatMap(([name, { valueOf }]) => {
      const value = valueOf(want)
      return value === undefined ? [] : [[name, value] as const]
    })
    return { ...Object.fromEntries(values), ...Object.fromEntries(keyedRules.map(([name, { valuesOf }]) => [name, valuesOf(want)])) } as Settings
  }

  const entriesOf = (settings: Settings): ReadonlyMap<string, Entry> => new Map(entries(settings, rules, keyedRules).map((entry) => [entry.name, entry]))

  return {
    of,
    join: (before, want) => {
      const mine = of(want)
      const asked = entriesOf(mine)
      const own = [...asked.keys()].map((name) => [name, want.owner] as const)
      if (before === undefined) return { settings: mine, setBy: new Map(own) }
      const others = entriesOf(before.settings)
      for (const entry of asked.values()) {
        const other = others.get(entry.name)
        const holder = before.setBy.get(entry.name)
        if (other === undefined || holder === undefined || isDeepStrictEqual(other.value, entry.value)) continue
        return { problem: contradiction(entry, other, holder, table.of) }
      }
      const keyed = Object.fromEntries(keyedRules.map(([name]) => [name, { ...before.settings[name], ...mine[name] }]))
      return { settings: { ...before.settings, ...mine, ...keyed }, setBy: new Map([...own, ...before.setBy]) }
    },
  }
}

function entries<W, Name extends string, Keyed extends string>(
  settings: Readonly<Partial<Record<Name, unknown>>> & Readonly<Record<Keyed, Readonly<Record<string, string>>>>,
  rules: readonly (readonly [Name, SettingRule<W, unknown>])[],
  keyedRules: readonly (readonly [Keyed, KeyedRule<W>])[],
): readonly Entry[] {
  const single = rules.flatMap(([name, { field, textOf = plainText }]): Entry[] => {
    const value: unknown = settings[name]
    return value === undefined ? [] : [{ name, field, value, text: textOf(value) }]
  })
  const keyed = keyedRules.flatMap(([name, { fieldOf }]) =>
    Object.entries(settings[name]).map(([key, value]): Entry => ({ name: `${name} ${key}`, field: fieldOf(key), value, text: value })),
  )
  return [...single, ...keyed]
}

function contradiction({ field, text }: Entry, other: Entry, holder: Owner, shared: string): Problem {
  return {
    reason: 'Conflict',
    field,
    value: text,
    wrong: `differs from what ${ownerName(holder)} sets, which shares this ${shared}`,
    allowed: `${excerpt(other.text)}, or no value`,
  }
}

function plainText(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : String(value)
}
