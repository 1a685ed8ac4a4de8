/** Lists that come in pages, and lists that are asked for in pieces. */

/**
 * The pages of a list, each as it comes. `ask` takes what continues the list (a token, a marker, a link), undefined for the first page; `nextOf` reads that from
 * a page. The last page has none, or an empty one. Throws what `ask` throws.
 */
export async function* pages<Page>(ask: (next: string | undefined) => Promise<Page>, nextOf: (page: Page) => string | undefined): AsyncGenerator<Page> {
  let next: string | undefined
  do {
    const page = await ask(next)
    yield page
    next = nextOf(page)
  } while (next !== undefined && next !== '')
}

/** The list in pieces of at most `size`, in its order. */
export function chunks<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size))
}
