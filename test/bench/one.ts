/** Runs one benchmark in this process, and sends the result to the process that asked for it. */
import { BENCHMARKS } from './index.ts'

const [name = ''] = process.argv.slice(2)
const found = BENCHMARKS[name]
if (found === undefined) throw new Error(`there is no benchmark ${name}`)
const { benchmark } = await found()
const began = performance.now()
const result = await benchmark.run((line) => console.log(`  ${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}`))
if (process.send === undefined) console.log(JSON.stringify(result, undefined, 2))
else await new Promise<void>((resolve) => process.send?.(result, undefined, undefined, () => resolve()))
process.exit()
