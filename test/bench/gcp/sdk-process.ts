/** A client of Compute Engine in a process of its own: opens it in one way, makes calls one after the other, says how long both took, and stays as it is. */
import { CALLS, OPEN, type Timed, type Way } from './sdk-ways.ts'

process.on('disconnect', () => process.exit())
const [way = 'Node alone', endpoint = ''] = process.argv.slice(2) as [Way?, string?]
const began = performance.now()
const call = await OPEN[way](endpoint)
const opened = performance.now()
for (let made = 0; made < CALLS; made++) if ((await call()) !== 404) throw new Error(`${way} does not reach the emulated cloud`)
process.send?.({ openedMs: opened - began, calledMs: performance.now() - opened } satisfies Timed)
