import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'

const MODULE = new URL('../../../src/cli/end-process.ts', import.meta.url).href

/** Without a code: it did not end. */
async function run(before: string, flags: readonly string[] = []): Promise<{ readonly code: number | null; readonly written: string }> {
  const script = `import { endProcess } from ${JSON.stringify(MODULE)}; ${before}; process.exitCode = 3; await endProcess(process)`
  const child = spawn(process.execPath, [...flags, '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  })
  const [written, [code]] = await Promise.all([text(child.stdout), once(child, 'exit') as Promise<[number | null]>])
  return { code, written }
}

test('a process with something still open ends at once, and keeps its exit code', async () => {
  expect(await run('setInterval(() => {}, 1000)')).toEqual({ code: 3, written: '' })
})

test('what was written is written whole, however slow the reader', async () => {
  const { code, written } = await run("process.stdout.write('line\\n'.repeat(200_000))")
  expect({ code, length: written.length }).toEqual({ code: 3, length: 1_000_000 })
})

test('a reader that has gone holds up nothing', async () => {
  const script = `import { endProcess } from ${JSON.stringify(MODULE)}; await endProcess(process)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  child.stdout.destroy()
  expect((await once(child, 'exit'))[0]).toBe(0)
})

test('a thread of V8 that needs the heap collected does not hold up the end', async () => {
  // The flags have such a thread all the time, and let it wait as soon as the heap has reached its limit, which 100 ms of allocation see to.
  const grow = 'const kept = []; for (const end = performance.now() + 100; performance.now() < end;) kept.push(Array.from({ length: 500 }, (_, i) => ({ i })))'
  expect(await run(grow, ['--stress-concurrent-allocation', '--no-incremental-marking'])).toEqual({ code: 3, written: '' })
})
