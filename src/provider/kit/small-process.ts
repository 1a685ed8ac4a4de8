/** For the process of a controller: traffic does not go through it, so that memory counts for more than speed. */
import { setFlagsFromString } from 'node:v8'

/**
 * Garbage is looked for often, and code is interpreted until it is worth optimizing: compilers in between cost memory for what runs now and then. With 50
 * Services each of the two saves more than 5 MiB.
 */
const FLAGS = ['--optimize-for-size', '--no-sparkplug', '--no-maglev']

export function preferSmallProcess(): void {
  for (const flag of FLAGS) setFlagsFromString(flag)
}
