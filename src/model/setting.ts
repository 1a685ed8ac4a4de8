/** One setting of the program: what it is called where, what it may be, and the kinds there are. */
import { familyOf, parseCidr, parseCidrAsWritten, parseListen } from './address.ts'

export const COMMANDS = [
  'run',
  'playground',
  'get',
  'explain',
  'plan',
  'orphans',
  'translate',
  'release',
  'permissions',
  'policy',
  'stand-down',
  'completion',
  'complete',
] as const
export type Command = (typeof COMMANDS)[number]

export interface Setting<T> {
  /** What stands behind the flag: `FILE`. Absent: the flag alone means yes, and `--no-` before it means no. */
  readonly argument?: string
  /** What `--no-` before the flag means, in `--help`: for a flag that is yes by default. */
  readonly off?: string
  /** All that it may be, where that is a list. */
  readonly values?: readonly string[]
  /** What some commands allow of `values`; the others allow all of them. */
  readonly valuesFor?: Partial<Readonly<Record<Command, readonly string[]>>>
  /** The flag may stand several times, the environment's value is split at commas. */
  readonly repeatable?: true
  readonly commands: readonly Command[]
  readonly doc: string
  readonly fallback: T
  /** In `--help` and the docs instead of the fallback's own text. */
  readonly fallbackText?: string
  /** The letter of the short flag. */
  readonly short?: string
  /** A running controller publishes it for `plan` and `explain`: it decides about Services, names no file of this machine, and is no secret. */
  readonly published?: true
  /** The URL at which a cloud is called. It is published without credentials; at another one than the running controller's, another cloud may answer. */
  readonly isEndpoint?: true
  /** Beside `FAIRLEAD_<NAME>`. */
  readonly environment?: string
  /** Throws a SettingError's text: what is allowed. */
  readonly parse: (text: string) => T
}

/** A setting that cannot be used: the command ends with exit code 2 and this message. */
export class SettingError extends Error {
  override readonly name = 'SettingError'
}

/** What a command takes of a setting that is one of a list; undefined: it is no list. */
export function valuesOf({ values, valuesFor }: Pick<Setting<unknown>, 'values' | 'valuesFor'>, command: Command): readonly string[] | undefined {
  return valuesFor?.[command] ?? values
}

/** By their names on the command line. */
export type SettingTable = Readonly<Record<string, Setting<unknown>>>

/** Values of settings whose table is not known here. */
export type SettingValues = Readonly<Record<string, unknown>>

/** What the settings of a table come to. */
export type ValuesOf<Table extends SettingTable> = { readonly [Name in keyof Table]: Table[Name]['fallback'] }

export const EVERYWHERE: readonly Command[] = ['run', 'playground', 'plan', 'explain']
export const CONTROLLER: readonly Command[] = ['run', 'playground']
export const CLUSTER: readonly Command[] = ['run', 'plan', 'explain']
export const CONNECTED: readonly Command[] = [...CLUSTER, 'orphans', 'translate', 'release', 'stand-down']

/** The same, published by a running controller. */
export function publish<T>(setting: Setting<T>): Setting<T> {
  return { ...setting, published: true }
}

export function text(
  commands: readonly Command[],
  argument: string,
  doc: string,
  more: Pick<Setting<string>, 'environment' | 'fallbackText' | 'short'> = {},
): Setting<string | undefined> {
  const parse = (value: string): string => {
    if (value === '') throw new Error('something that is not empty')
    return value
  }
  return { commands, argument, doc, fallback: undefined, parse, ...more }
}

export function shaped(
  commands: readonly Command[],
  argument: string,
  { pattern, allowed }: { readonly pattern: RegExp; readonly allowed: string },
  doc: string,
  fallbackText?: string,
): Setting<string | undefined> {
  const parse = (value: string): string => {
    if (!pattern.test(value)) throw new Error(allowed)
    return value
  }
  return { commands, argument, doc, fallback: undefined, parse, ...(fallbackText === undefined ? {} : { fallbackText }) }
}

/** Where a cloud is called, instead of its own endpoint. */
export function endpoint(commands: readonly Command[], doc: string): Setting<string | undefined> {
  return { ...shaped(commands, 'URL', { pattern: /^https?:\/\/[^\s/]+\/?$/, allowed: 'a URL like http://127.0.0.1:4566' }, doc), isEndpoint: true }
}

export function list(commands: readonly Command[], argument: string, doc: string, fallback: readonly string[]): Setting<readonly string[]> {
  return { commands, argument, repeatable: true, doc, fallback, parse: (value) => [value] }
}

/** Names that the provider knows. */
export function features(doc: string): Setting<readonly string[]> {
  return { ...list(['permissions'], 'FEATURE', doc, []), parse: (value) => value.split(',').map((name) => name.trim()) }
}

export function cidrs(commands: readonly Command[], argument: string, doc: string, fallback: readonly string[]): Setting<readonly string[]> {
  const parse = (value: string): readonly string[] => {
    if (parseCidr(value.slice(value.indexOf('=') + 1).replace(/@on-request$/, '')) === undefined)
      throw new Error(
        'a range like 127.0.10.0/24, or with a name before it: edge=127.0.20.0/24; with @on-request behind it, only Services that name the pool get its addresses',
      )
    return [value]
  }
  return { commands, argument, repeatable: true, doc, fallback, parse }
}

/** Two ranges as a static route has them; which of several wins is the provider's matter. */
export function routes(commands: readonly Command[], argument: string, doc: string): Setting<readonly string[]> {
  const parse = (value: string): readonly string[] => {
    // Behind the ranges may stand how much higher ports under 1024 are found.
    const [source = '', target = '', ...rest] = value.replace(/\+\d{1,5}$/, '').split('=')
    const [from, to] = [parseCidr(source), parseCidrAsWritten(target)]
    if (from === undefined || to === undefined || rest.length > 0 || familyOf(from) !== familyOf(to) || from.split('/')[1] !== to.split('/')[1])
      throw new Error(
        'FROM=TO, two ranges of one family and one length, such as 10.244.0.0/16=127.244.0.0/16, and +N behind them where ports under 1024 are found N higher',
      )
    return [value]
  }
  return { commands, argument, repeatable: true, doc, fallback: [], parse }
}

export function listen(commands: readonly Command[], argument: string, doc: string, more: Pick<Setting<string>, 'fallbackText'>): Setting<string | undefined> {
  const parse = (value: string): string => {
    if (value !== 'off' && parseListen(value) === undefined)
      throw new Error('ADDRESS:PORT such as 127.0.0.1:9440 or [::1]:9440, :9440 for every address, or off')
    return value
  }
  return { commands, argument, doc, fallback: undefined, parse, ...more }
}

/** With `off` it is yes by default. */
export function flag(commands: readonly Command[], doc: string, { off, short }: Pick<Setting<boolean>, 'off' | 'short'> = {}): Setting<boolean> {
  const parse = (value: string): boolean => {
    if (value !== 'true' && value !== 'false') throw new Error('true, false')
    return value === 'true'
  }
  return { commands, doc, fallback: off !== undefined, parse, ...(off === undefined ? {} : { off }), ...(short === undefined ? {} : { short }) }
}

/** The first is the default. */
export function choice<const T extends readonly [string, ...string[]]>(
  commands: readonly Command[],
  values: T,
  doc: string,
  more: Pick<Setting<string>, 'short' | 'valuesFor'> = {},
): Setting<T[number]> {
  const parse = (value: string): T[number] => {
    const found = values.find((candidate) => candidate === value)
    if (found === undefined) throw new Error(values.join(', '))
    return found
  }
  return { commands, argument: values.join('|'), values, doc, fallback: values[0], parse, ...more }
}

export function number(commands: readonly Command[], { least, most }: { least: number; most: number }, doc: string, fallback: number): Setting<number> {
  const parse = (value: string): number => {
    if (!/^\d{1,9}$/.test(value) || Number(value) < least || Number(value) > most) throw new Error(`a whole number from ${least} to ${most}`)
    return Number(value)
  }
  return { commands, argument: 'N', doc, fallback, parse }
}

/** In seconds; Infinity for never. */
export function grace(commands: readonly Command[], doc: string, fallback: number): Setting<number> {
  const duration = seconds(commands, doc, fallback)
  const parse = (value: string): number => {
    if (value === 'never') return Number.POSITIVE_INFINITY
    try {
      return duration.parse(value)
    } catch {
      throw new Error('a duration like 30m or 1h, 0, or never')
    }
  }
  return { ...duration, argument: 'DURATION|never', fallbackText: '1h', parse }
}

export function seconds(commands: readonly Command[], doc: string, fallback: number): Setting<number> {
  const parse = (value: string): number => {
    const [, amount, unit = 's'] = /^(\d{1,6})(s|m|h)?$/.exec(value) ?? []
    if (amount === undefined) throw new Error('a duration like 30s, 10m or 1h')
    return Number(amount) * { s: 1, m: 60, h: 3600 }[unit as 's' | 'm' | 'h']
  }
  return { commands, argument: 'DURATION', doc, fallback, fallbackText: `${fallback}s`, parse }
}
