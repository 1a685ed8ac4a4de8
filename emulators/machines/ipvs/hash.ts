/** Where an address falls in a table. Linux hashes the number of the address in another way: which server a client gets differs from it, how they are spread does not. */
import { scatter } from '../../kubernetes/resources/services/scatter.ts'

/** 32 bits; texts that are alike are far apart. */
export function hashOf(text: string): number {
  let hash = scatter(text)
  for (const [shift, factor] of [
    [16, 0x85ebca6b],
    [13, 0xc2b2ae35],
  ] as const) {
    hash = Math.imul(hash ^ (hash >>> shift), factor)
  }
  return (hash ^ (hash >>> 16)) >>> 0
}
