/** What a request asks for, whatever protocol it came by: the Query protocol's flat names (`Tags.member.1.Key`, `Filter.1.Value.2`) or a JSON body become one tree, and an Input reads it. */
import { Refusal } from './refusal.ts'

export type Tree = string | readonly Tree[] | { readonly [name: string]: Tree }

export interface Input {
  /** Also true for a list that was sent empty. */
  has(name: string): boolean
  text(name: string): string | undefined
  /** Throws a `ValidationError` when it is missing or empty. */
  need(name: string): string
  number(name: string): number | undefined
  flag(name: string): boolean | undefined
  /** A list of texts. Undefined: not sent. */
  texts(name: string): readonly string[] | undefined
  /** A list of structures. Undefined: not sent. */
  each(name: string): readonly Input[] | undefined
  /** A structure. Undefined: not sent. */
  part(name: string): Input | undefined
}

type Branch = { readonly [name: string]: Tree }

export function inputOf(tree: Branch): Input {
  const text = (name: string): string | undefined => {
    const value = tree[name]
    return typeof value === 'string' ? value : undefined
  }
  return {
    has: (name) => tree[name] !== undefined,
    text,
    need(name) {
      const value = text(name)
      if (value === undefined || value === '') throw new Refusal('ValidationError', `'${name}' is required`)
      return value
    },
    number(name) {
      const value = text(name)
      if (value === undefined) return undefined
      if (!/^-?\d+$/.test(value)) throw new Refusal('ValidationError', `'${value}' is not a valid value for '${name}': it must be a whole number`)
      return Number(value)
    },
    flag(name) {
      const value = text(name)
      if (value === undefined) return undefined
      if (value !== 'true' && value !== 'false') throw new Refusal('ValidationError', `'${value}' is not a valid value for '${name}': it must be true or false`)
      return value === 'true'
    },
    texts: (name) => itemsOf(tree[name])?.filter((item) => typeof item === 'string'),
    each: (name) => itemsOf(tree[name])?.map((item) => inputOf(isBranch(item) ? item : {})),
    part(name) {
      const value = tree[name]
      return isBranch(value) ? inputOf(value) : undefined
    },
  }
}

function isBranch(tree: Tree | undefined): tree is Branch {
  return typeof tree === 'object' && !Array.isArray(tree)
}

/** ELBv2 numbers the items below `member`, EC2 at once. The clients send an empty list as an empty text. */
function itemsOf(tree: Tree | undefined): readonly Tree[] | undefined {
  if (tree === undefined) return undefined
  if (Array.isArray(tree)) return tree
  if (!isBranch(tree)) return []
  const numbered = isBranch(tree['member']) ? tree['member'] : tree
  return Object.keys(numbered)
    .filter((key) => /^\d+$/.test(key))
    .toSorted((a, b) => Number(a) - Number(b))
    .flatMap((key) => numbered[key] ?? [])
}

/** The tree of a form-encoded body. */
export function treeOfForm(form: URLSearchParams): Branch {
  const root: Record<string, Tree> = {}
  for (const [path, value] of form) put(root, path.split('.'), value)
  return root
}

function put(root: Record<string, Tree>, path: readonly string[], value: string): void {
  let at = root
  for (const name of path.slice(0, -1)) {
    const next = at[name]
    const branch: Record<string, Tree> = isBranch(next) ? next : {}
    at[name] = branch
    at = branch
  }
  at[path.at(-1) ?? ''] = value
}

/** The tree of a JSON value: numbers and booleans become the texts that a form would carry. */
export function treeOfJson(value: unknown): Branch {
  const tree = convert(value)
  return isBranch(tree) ? tree : {}
}

function convert(value: unknown): Tree | undefined {
  if (value === undefined || value === null) return undefined
  if (Array.isArray(value)) return value.flatMap((item) => convert(item) ?? [])
  if (typeof value === 'string') return value
  if (typeof value !== 'object') return JSON.stringify(value)
  const pairs = Object.entries(value).map(([name, item]): readonly [string, Tree | undefined] => [name, convert(item)])
  return Object.fromEntries(pairs.filter((pair): pair is readonly [string, Tree] => pair[1] !== undefined))
}
