/** JSON Merge Patch (RFC 7386). */
import { type Fields, clone, isFields } from '../json.ts'

/** The patched document; the one given stays as it is. */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return clone(patch)
  const result: Fields = isFields(document) ? { ...document } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = applyMergePatch(result[key], value)
  }
  return result
}
