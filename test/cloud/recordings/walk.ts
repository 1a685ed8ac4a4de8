/** Compares an answer with a recorded one, member by member. */
import type { Json, JsonObject } from '../../../emulators/cloud/json.ts'

export interface Comparison {
  /** `where`: of the member, without indexes: `properties.probes[].properties.port`. */
  note(where: string, recorded: unknown, emulated: unknown): void
  /** Compares two texts, and notes what differs. */
  texts(where: string, recorded: string, emulated: string): void
  /** Whether both are what each cloud chooses for itself, in the right form. */
  isOwn(name: string, recorded: Json | undefined, emulated: Json | undefined): boolean
  /** What has an id is compared with what has the same one. Undefined: by its place in the list. */
  idOf(one: Json): string | undefined
}

/** Texts of errors are not compared. */
const SKIPPED = 'message'

export const nameAt = (where: string): string => where.split('.').at(-1) ?? ''

export function walk(
  by: Comparison,
  where: string,
  { recorded, emulated }: { readonly recorded: Json | undefined; readonly emulated: Json | undefined },
): void {
  const name = nameAt(where)
  if (name === SKIPPED) return
  if (typeof recorded === 'string' && typeof emulated === 'string') by.texts(where, recorded, emulated)
  else if (Array.isArray(recorded) && Array.isArray(emulated)) walkLists(by, where, { recorded, emulated })
  else if (isMembers(recorded) && isMembers(emulated)) {
    for (const member of new Set([...Object.keys(recorded), ...Object.keys(emulated)])) {
      walk(by, where === '' ? member : `${where}.${member}`, { recorded: recorded[member], emulated: emulated[member] })
    }
  } else if (recorded !== emulated && !by.isOwn(name, recorded, emulated)) by.note(where, recorded, emulated)
}

export const isMembers = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

function walkLists(by: Comparison, where: string, { recorded, emulated }: { readonly recorded: readonly Json[]; readonly emulated: readonly Json[] }): void {
  if (recorded.length > 0 && [...recorded, ...emulated].every((one) => by.idOf(one) !== undefined)) {
    for (const id of new Set([...recorded, ...emulated].map((one) => by.idOf(one)))) {
      const same = (one: Json): boolean => by.idOf(one) === id
      walk(by, `${where}[]`, { recorded: recorded.find(same), emulated: emulated.find(same) })
    }
    return
  }
  if (recorded.length !== emulated.length) by.note(`${where}.length`, recorded.length, emulated.length)
  for (const [index, one] of recorded.entries()) if (index < emulated.length) walk(by, `${where}[]`, { recorded: one, emulated: emulated[index] })
}

/** By the form that each member of this name has. */
export function ownBy(forms: Readonly<Record<string, RegExp>>): Comparison['isOwn'] {
  return (name, recorded, emulated) => {
    const form = forms[name]
    return form !== undefined && [recorded, emulated].every((one) => (typeof one === 'string' || typeof one === 'number') && form.test(String(one)))
  }
}
