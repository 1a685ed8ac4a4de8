/** For processes in which memory counts for more than speed: a controller has much to do when it starts, and little afterwards. */
import { setFlagsFromString } from 'node:v8'

/** Otherwise V8 lets its nursery grow while large lists are read, and its heap double before it collects: a controller that then idles keeps both. */
export function growHeapSlowly(): void {
  for (const flag of ['--semi-space-growth-factor=1', '--heap-growing-percent=50']) setFlagsFromString(flag)
}

/**
 * Garbage is looked for whenever the heap has grown by a fifth, and the heap gives back what it has too much once it is at rest. Otherwise it does so only where
 * nearly nothing was allocated before: after the start of 10,000 Services it keeps 60 MiB and more.
 */
export function returnFreeMemory(): void {
  for (const flag of ['--optimize-for-size', '--heap-growing-percent=20']) setFlagsFromString(flag)
}

/** Code is interpreted until it is worth optimizing: compilers in between cost memory for what runs now and then. Not where traffic goes through the process. */
export function preferSmallProcess(): void {
  returnFreeMemory()
  for (const flag of ['--no-sparkplug', '--no-maglev']) setFlagsFromString(flag)
}
