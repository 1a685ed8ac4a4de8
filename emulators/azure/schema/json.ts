/** JSON, and the references in it. */
import { type JsonObject, objectAt, objectsAt, textAt } from '../../cloud/json.ts'

export { type Json, type JsonObject, compact, isEqual, isObject, numberAt, objectAt, objectsAt, textAt, textsAt } from '../../cloud/json.ts'

/** The id in a reference. */
export function idAt(of: JsonObject, name: string): string | undefined {
  return textAt(objectAt(of, name), 'id')
}

/** The ids in a list of references. */
export function idsAt(of: JsonObject, name: string): readonly string[] {
  return objectsAt(of, name).flatMap((one) => textAt(one, 'id') ?? [])
}
