/** The SDK's types allow everything to be absent. What AWS always sends is asked for by name, so that an answer cut short is an error and no half object. */
import { CloudError } from '../../../../src/provider/cloud-error.ts'

/** Throws a CloudError (`unclear`) that names what is missing. */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new CloudError('unclear', { reason: 'CloudUnavailable', blames: [], publicMessage: `AWS' answer lacks ${name}` })
  return value
}

/** The one thing that was asked for. */
export function first<T>(list: readonly T[] | undefined, name: string): T {
  return required(list?.[0], name)
}

/** AWS adds values to its lists; one that we cannot name is an error where it is met. */
export function oneOf<const T extends string>(values: readonly T[], value: string | undefined, name: string): T {
  const found = values.find((candidate) => candidate === value)
  if (found !== undefined) return found
  const publicMessage = `AWS' answer has ${name} ${JSON.stringify(value)}; known are ${values.join(', ')}`
  throw new CloudError('unclear', { reason: 'CloudUnavailable', blames: [], publicMessage })
}

/** Tags and attributes come as lists of pairs. */
export function recordOf(pairs: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined): Record<string, string> {
  return Object.fromEntries((pairs ?? []).flatMap(({ Key, Value }) => (Key === undefined ? [] : [[Key, Value ?? '']])))
}

/** Sorted by key, so that equal changes are equal calls. */
export function pairsOf(record: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(record)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([Key, Value]) => ({ Key, Value }))
}

/** A property that is there only where there is something to say. */
export function given<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V })
}
