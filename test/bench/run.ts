/** `npm run bench`: runs the benchmarks one after the other, each in a process of its own, and writes down what they found. No figure makes it fail. */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { besides, type Benchmark, isMet, type Result } from './benchmark.ts'
import { BENCHMARKS, NAMES } from './index.ts'
import { describeMachine } from './machine.ts'
import { quantity } from './page.ts'
import { record, writePage } from './record.ts'

const RESULTS = fileURLToPath(new URL('results', import.meta.url))
const ONE = fileURLToPath(new URL('one.ts', import.meta.url))

const { values, positionals } = parseArgs({ allowPositionals: true, options: { help: { type: 'boolean', short: 'h' }, page: { type: 'boolean' } } })
const unknown = positionals.filter((name) => !NAMES.includes(name))
if (values.help === true) console.log(await helpText())
else if (values.page === true) writePage(RESULTS, NAMES)
else if (unknown.length > 0) {
  console.error(`there is no benchmark ${unknown.join(', ')}; there are: ${NAMES.join(', ')}`)
  process.exitCode = 2
} else await runAll(positionals.length === 0 ? NAMES : positionals)

async function runAll(names: readonly string[]): Promise<void> {
  for (const name of names) {
    const benchmark = await load(name)
    console.log(`${name}: ${benchmark.what}`)
    const machine = describeMachine()
    const began = Date.now()
    try {
      const result = await runOne(name)
      for (const line of reported(result)) console.log(`  ${line}`)
      record(RESULTS, benchmark, result, { date: new Date(began).toISOString(), seconds: (Date.now() - began) / 1000, machine })
    } catch (error) {
      console.error(`  ${name} could not be measured: ${error instanceof Error ? error.message : String(error)}`)
      process.exitCode = 1
    }
  }
  writePage(RESULTS, NAMES)
  console.log('the page is test/bench/results/README.md')
}

/** In a process of its own, so that one benchmark's heap and compiled code are not another's. */
async function runOne(name: string): Promise<Result> {
  const child = fork(ONE, [name], { execArgv: ['--expose-gc'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const { promise, resolve, reject } = Promise.withResolvers<Result>()
  child.on('message', (result) => resolve(result as Result))
  child.on('error', reject)
  child.on('exit', (code, signal) => reject(new Error(`its process ended with ${signal ?? code}`)))
  return promise
}

function reported({ figures }: Result): readonly string[] {
  return figures.map((figure) => {
    const { name, value, unit, target } = figure
    const verdict = target === undefined ? '' : isMet(value, target) ? ', met' : ', NOT met'
    const others = besides(figure).map((beside) => `; ${beside.name}: ${quantity(beside.value, unit)}`)
    return `${name}: ${quantity(value, unit)}${verdict}${others.join('')}`
  })
}

async function load(name: string): Promise<Benchmark> {
  const found = BENCHMARKS[name]
  if (found === undefined) throw new Error(`there is no benchmark ${name}`)
  return (await found()).benchmark
}

async function helpText(): Promise<string> {
  const lines = await Promise.all(NAMES.map(async (name) => `  ${name.padEnd(18)} ${(await load(name)).what}`))
  return [
    'npm run bench [-- NAME...]   runs all benchmarks, or those named, and writes test/bench/results/',
    'npm run bench -- --page      writes the page anew from what is recorded',
    '',
    ...lines,
  ].join('\n')
}
