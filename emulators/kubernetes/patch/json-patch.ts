/** JSON Patch (RFC 6902). What cannot be applied throws the server's 422, which says no more than that. */
import { badRequest, unprocessable } from '../api-error.ts'
import { clone, formOf, isFields, sameJson } from '../json.ts'

/** The patched document; the one given stays as it is. */
export function applyJsonPatch(document: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest(`error decoding patch: json: cannot unmarshal ${formOf(patch)} into Go value of type []handlers.jsonPatchOp`)
  const root = { '': clone(document) }
  for (const operation of patch) apply(root, operation)
  return root['']
}

function apply(root: { '': unknown }, operation: unknown): void {
  if (!isFields(operation)) throw unprocessable()
  const { op, path, from, value } = operation
  const target = pointer(path)
  switch (op) {
    case 'add':
      return add(root, target, clone(value))
    case 'remove':
      remove(root, target)
      return
    case 'replace':
      find(root, target)
      return replace(root, target, clone(value))
    case 'move':
      return add(root, target, remove(root, pointer(from)))
    case 'copy':
      return add(root, target, clone(find(root, pointer(from))))
    case 'test':
      if (!sameJson(find(root, target, true), value ?? null)) throw unprocessable()
      return
    default:
      throw unprocessable()
  }
}

/** Tokens from the holder of the document: the first one is always ''. */
function pointer(text: unknown): string[] {
  if (typeof text !== 'string' || (text !== '' && !text.startsWith('/'))) throw unprocessable()
  return text.split('/').map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function parentOf(root: unknown, tokens: readonly string[]): { readonly parent: unknown; readonly last: string } {
  let parent = root
  for (const token of tokens.slice(0, -1)) parent = child(parent, token)
  return { parent, last: tokens.at(-1) ?? '' }
}

function child(parent: unknown, token: string): unknown {
  if (Array.isArray(parent)) return parent[indexIn(parent, token, parent.length - 1)]
  if (!isFields(parent) || !Object.hasOwn(parent, token)) throw unprocessable()
  return parent[token]
}

function indexIn(list: readonly unknown[], token: string, highest: number): number {
  const index = /^-\d+$/.test(token) ? list.length + Number(token) : Number(token)
  if (!/^-?\d+$/.test(token) || index < 0 || index > highest) throw unprocessable()
  return index
}

/** With `absentIsNull` a missing last token is null, as `test` has it. */
function find(root: unknown, tokens: readonly string[], absentIsNull = false): unknown {
  const { parent, last } = parentOf(root, tokens)
  if (absentIsNull && isFields(parent) && !Object.hasOwn(parent, last)) return null
  return child(parent, last)
}

function add(root: unknown, tokens: readonly string[], value: unknown): void {
  const { parent, last } = parentOf(root, tokens)
  if (Array.isArray(parent)) parent.splice(last === '-' ? parent.length : indexIn(parent, last, parent.length), 0, value)
  else if (isFields(parent)) parent[last] = value
  else throw unprocessable()
}

function replace(root: unknown, tokens: readonly string[], value: unknown): void {
  const { parent, last } = parentOf(root, tokens)
  if (Array.isArray(parent)) parent[indexIn(parent, last, parent.length - 1)] = value
  else if (isFields(parent)) parent[last] = value
}

function remove(root: unknown, tokens: readonly string[]): unknown {
  const { parent, last } = parentOf(root, tokens)
  const value = child(parent, last)
  if (Array.isArray(parent)) parent.splice(indexIn(parent, last, parent.length - 1), 1)
  else if (isFields(parent)) delete parent[last]
  return value
}
