/** Lists that come in pages: ELBv2 continues by a marker, the others by a token. */
import { pages } from '../../../src/provider/kit/pages.ts'
import type { Call } from './calls.ts'

/** The largest that ELBv2 gives at once. */
export const ELB_PAGE = 400

export function elbPages<I extends { Marker?: string | undefined }, O extends { NextMarker?: string | undefined }>(
  call: Call<I, O>,
  input: I,
  signal: AbortSignal,
): AsyncGenerator<O> {
  return pages(
    (Marker) => call(Marker === undefined ? input : { ...input, Marker }, signal),
    ({ NextMarker }) => NextMarker,
  )
}

export function ec2Pages<I extends { NextToken?: string | undefined }, O extends { NextToken?: string | undefined }>(
  call: Call<I, O>,
  input: I,
  signal: AbortSignal,
): AsyncGenerator<O> {
  return pages(
    (token) => call(token === undefined ? input : { ...input, NextToken: token }, signal),
    ({ NextToken }) => NextToken,
  )
}

export function tagPages<I extends { PaginationToken?: string | undefined }, O extends { PaginationToken?: string | undefined }>(
  call: Call<I, O>,
  input: I,
  signal: AbortSignal,
): AsyncGenerator<O> {
  return pages(
    (token) => call(token === undefined ? input : { ...input, PaginationToken: token }, signal),
    ({ PaginationToken }) => PaginationToken,
  )
}
