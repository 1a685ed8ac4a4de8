/** How many objects a page of ELBv2 holds. */
import type { Input } from '../wire/input.ts'
import { bounded } from './checks.ts'

const MOST = 400

export function pageSize(input: Input): number {
  return bounded(input, 'PageSize', { from: 1, to: MOST }) ?? MOST
}
