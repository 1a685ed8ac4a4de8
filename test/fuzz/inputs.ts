/** How many inputs a fuzzed property is tried on, and from which seed. Both are printed, so that a failure can be repeated. */
import type * as fc from 'fast-check'

/** `FAIRLEAD_FUZZ_INPUTS`: how many instead of what CI does. `FAIRLEAD_FUZZ_SEED`: the seed that a failure printed. */
const { FAIRLEAD_FUZZ_INPUTS: inputs, FAIRLEAD_FUZZ_SEED: seed } = process.env

export interface FuzzOptions {
  /** Inputs in CI. */
  readonly inputs: number
  /** Of the number in the environment one in so many, for properties that cost more than others. */
  readonly oneIn?: number
}

/** For `fc.assert`: the number of inputs and the seed, printed under the property's name. */
export function fuzz(name: string, { inputs: usual, oneIn = 1 }: FuzzOptions): fc.Parameters<unknown> & { readonly seed: number; readonly numRuns: number } {
  const numRuns = inputs === undefined ? usual : Math.max(1, Math.ceil(Number(inputs) / oneIn))
  const chosen = seed === undefined ? Date.now() ^ (Math.random() * 2 ** 31) : Number(seed)
  console.log(`${name}: ${numRuns} inputs from seed ${chosen} (FAIRLEAD_FUZZ_SEED=${chosen})`)
  return { numRuns, seed: chosen }
}
