/**
 * `wrr`: rounds with a threshold that falls from the largest weight by the greatest common divisor of the weights; in each round those at or above it have their
 * turn. With 4, 3 and 2: A, AB, ABC, ABC, of nine connections four, three and two.
 */
import type { Scheduler, Server } from './scheduler.ts'
import { gcdOfWeights, largestWeight, weightsOf } from './weights.ts'

export function createWeightedRoundRobin(): Scheduler {
  let position = -1
  let threshold = 0
  let known = ''
  return (servers) => {
    const step = gcdOfWeights(servers)
    // The last round has threshold 1.
    const highest = largestWeight(servers) - (step - 1)
    if (known !== weightsOf(servers)) {
      known = weightsOf(servers)
      position = -1
      threshold = thresholdAfterChange(threshold, highest, step)
    }
    if (highest < 1) return undefined
    for (;;) {
      const next = indexFrom(servers, position + 1, threshold)
      if (next >= 0) {
        position = next
        return servers[next]
      }
      position = -1
      threshold = threshold > step ? threshold - step : highest
    }
  }
}

/** It goes on about where it was. */
function thresholdAfterChange(threshold: number, highest: number, step: number): number {
  if (threshold > highest || threshold === 0) return highest
  return step > 1 ? Math.min(highest, Math.floor(threshold / step) * step + 1) : threshold
}

function indexFrom(servers: readonly Server[], start: number, least: number): number {
  return servers.findIndex(({ weight }, i) => i >= start && weight >= least)
}
