/** Lists that come in pages: ELBv2 continues by a marker, the others by a token. */
import type { Call } from './api.ts'

/** The largest that ELBv2 gives at once. */
export const ELB_PAGE = 400

export function elbPages<I extends { Marker?: string | undefined }, O extends { NextMarker?: string | undefined }>(
  call: Call<I, O>,
  input: I,
  signal: AbortSignal,
): AsyncGenerator<O> {
  return pages((Marker) => call(Marker === undefined ? input : { ...input, Marker }, signal), 'NextMarker')
}

export function ec2Pages<I extends { NextToken?: string | undefined }, O extends { NextToken?: string | undefined }>(
  call: Call<I, O>,
  input: I,
  signal: AbortSignal,
): AsyncGenerator<O> {
  return pages((NextToken) => call(NextToken === undefined ? input : { ...input, NextToken }, signal), 'NextToken')
}

export function tagPages<I extends { PaginationToken?: string | undefined }, O extends { PaginationToken?: string | undefined }>(
  call: Call<I, O>,
  input: I,
  signal: AbortSignal,
): AsyncGenerator<O> {
  return pages((PaginationToken) => call(PaginationToken === undefined ? input : { ...input, PaginationToken }, signal), 'PaginationToken')
}

/** The last page has no token, or an empty one. */
async function* pages<K extends string, O extends { readonly [Key in K]?: string | undefined }>(
  ask: (token: string | undefined) => Promise<O>,
  key: K,
): AsyncGenerator<O> {
  let token: string | undefined
  do {
    const page = await ask(token)
    yield page
    token = page[key]
  } while (token !== undefined && token !== '')
}

/** In pieces of at most `size`. */
export function chunks<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size))
}
