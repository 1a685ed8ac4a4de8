/** Loopback addresses for the load balancers of a test file. */

/** Each file has a process of its own, and ids of processes that run at the same time are close together. */
const [FIRST, SECOND_NUMBERS, THIRD_NUMBERS] = [20, 40, 250]

/**
 * The beginning of 254 addresses that no other test file uses at the same time, also not in another checkout on this machine: `127.20.7.`. `which` is 0 or 1
 * where a file needs two. Linux has all of 127.0.0.0/8.
 */
export function ownAddresses(which: 0 | 1 = 0): string {
  const [second, third] = [Math.floor(process.pid / THIRD_NUMBERS) % SECOND_NUMBERS, process.pid % THIRD_NUMBERS]
  return `127.${FIRST + which * SECOND_NUMBERS + second}.${third}.`
}
