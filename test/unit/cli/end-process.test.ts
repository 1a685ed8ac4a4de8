import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'

const MODULE = new URL('../../../src/cli/end-process.ts', import.meta.url).href

async function run(before: string): Promise<{ readonly code: number; readonly written: string }> {
  const script = `import { endProcess } from ${JSON.stringify(MODULE)}; ${before}; process.exitCode = 3; await endProcess(process)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [written, [code]] = await Promise.all([text(child.stdout), once(child, 'exit') as Promise<[number]>])
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
