/**
 * The lists of a document that others write too: our children become what is wanted, those of others stay as they came, and so does all that a child of
 * ours holds and we do not know. Pure.
 */
import { present } from '../../../../src/model/present.ts'
import type { Child } from '../../api/documents.ts'
import { isSameId } from '../../api/ids.ts'

/** What our children in one list are to be, by name: the members that we decide about, and no others. One that is undefined has to be absent. */
export type Wanted<Properties> = ReadonlyMap<string, WantedChild<Properties>>

export interface WantedChild<Properties> {
  readonly properties: { readonly [K in keyof Properties]?: Properties[K] | undefined }
  /** Of one that is made; they cannot be changed later. */
  readonly zones?: readonly string[]
}

/**
 * The list with our children as wanted. A child that is right already is the very same object, and a list in which nothing changes the very same list. Names are
 * compared without case.
 */
export function withChildren<Properties extends object>(
  list: readonly Child<Properties>[],
  wanted: Wanted<Properties>,
  isOurs: (name: string) => boolean,
): readonly Child<Properties>[] {
  const left = new Map([...wanted].map(([name, child]) => [name.toLowerCase(), { name, child }]))
  const kept = list.flatMap((child) => {
    const { name = '' } = child
    if (!isOurs(name)) return [child]
    const found = left.get(name.toLowerCase())
    left.delete(name.toLowerCase())
    return found === undefined ? [] : [asWanted(child, found.child)]
  })
  const made = [...left.values()].map(({ name, child }): Child<Properties> => ({ name, ...child, properties: present(child.properties) as Properties }))
  const all = [...kept, ...made]
  return all.length === list.length && all.every((child, index) => child === list[index]) ? list : all
}

function asWanted<Properties extends object>(child: Child<Properties>, { properties }: WantedChild<Properties>): Child<Properties> {
  const known = (child.properties ?? {}) as Readonly<Record<string, unknown>>
  const changed = Object.entries(properties).filter(([key, value]) => !isSame(known[key], value))
  if (changed.length === 0) return child
  return { ...child, properties: present({ ...known, ...Object.fromEntries(changed) }) as Properties }
}

/**
 * Whether Azure's answer says what we write. It adds members (states, back-references), writes ids in a case of its own, and an empty list where nothing was
 * written: a reference is its id, a list is its items, and of an object only what is wanted counts.
 */
export function isSame(answered: unknown, wanted: unknown): boolean {
  if (wanted === undefined) return answered === undefined || (Array.isArray(answered) && answered.length === 0)
  if (Array.isArray(wanted)) {
    const items: readonly unknown[] = Array.isArray(answered) ? answered : []
    return items.length === wanted.length && wanted.every((item, index) => isSame(items[index], item))
  }
  if (typeof wanted !== 'object' || wanted === null) return answered === wanted
  if (typeof answered !== 'object' || answered === null) return false
  const [there, asked] = [answered as Readonly<Record<string, unknown>>, wanted as Readonly<Record<string, unknown>>]
  return Object.entries(asked).every(([key, value]) => (key === 'id' ? isSameId(there[key] as string, value as string) : isSame(there[key], value)))
}
