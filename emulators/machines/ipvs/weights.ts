/** What weighted schedulers read from the weights of all servers. */
import type { Server } from './scheduler.ts'

/** Of those above 0; 1 where there are none. */
export function gcdOfWeights(servers: readonly Server[]): number {
  return servers.reduce((divisor, { weight }) => gcd(divisor, weight), 0) || 1
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}

export function largestWeight(servers: readonly Server[]): number {
  return Math.max(0, ...servers.map(({ weight }) => weight))
}

/** Differs when a server came, went or got another weight. */
export function weightsOf(servers: readonly Server[]): string {
  return servers.map(({ name, weight }) => `${name}=${weight}`).join(' ')
}
