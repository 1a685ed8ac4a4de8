/** Finds the handler of a request by method and path. Case does not matter in the literal parts of a path, as in Azure, unless the cloud says that it does. */

export interface Params {
  readonly [name: string]: string
}

export interface Found<H> {
  readonly handler: H
  readonly params: Params
}

interface Pattern<H> {
  readonly method: string
  readonly parts: readonly string[]
  readonly handler: H
}

/** Patterns as `GET /subscriptions/{subscription}/resources`; `{rest...}` takes one part or more. The first that fits is taken. */
export function createRouter<H>(
  table: Readonly<Record<string, H>>,
  { isCaseSensitive = false }: { readonly isCaseSensitive?: boolean } = {},
): (method: string, path: string) => Found<H> | undefined {
  const isSame = isCaseSensitive ? (a: string, b: string) => a === b : (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
  const patterns = Object.entries(table).map(([text, handler]): Pattern<H> => {
    const [method = '', path = ''] = text.split(' ')
    return { method, parts: partsOf(path), handler }
  })
  return (method, path) => {
    const given = partsOf(path)
    for (const { handler, parts, ...pattern } of patterns) {
      const params = pattern.method === method ? match(parts, given, isSame) : undefined
      if (params !== undefined) return { handler, params }
    }
    return undefined
  }
}

const partsOf = (path: string): readonly string[] => path.split('/').filter((part) => part !== '')

function match(parts: readonly string[], given: readonly string[], isSame: (a: string, b: string) => boolean): Params | undefined {
  const hasRest = parts.at(-1)?.endsWith('...}') === true
  if (hasRest ? given.length < parts.length : given.length !== parts.length) return undefined
  const params: Record<string, string> = {}
  for (const [at, part] of parts.entries()) {
    const value = decodeURIComponent(given[at] ?? '')
    if (part.endsWith('...}')) params[part.slice(1, -4)] = given.slice(at).map(decodeURIComponent).join('/')
    else if (part.startsWith('{')) params[part.slice(1, -1)] = value
    else if (!isSame(part, value)) return undefined
  }
  return params
}
