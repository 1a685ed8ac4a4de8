/** Programs in processes of their own: the controller as it is installed, and what it is compared with. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** Bundles a program as for an image; answers the bundle's path. */
export async function bundle(entry: string): Promise<string> {
  await promisify(execFile)(process.execPath, ['build.ts', entry], { cwd: ROOT })
  return `${ROOT}dist/${entry.replace(/^.*\//, '').replace(/\.ts$/, '.mjs')}`
}

export interface LogLine {
  readonly message?: string
  readonly [field: string]: unknown
}

export interface Program extends AsyncDisposable {
  readonly pid: number
}

/** `heard` gets what it logs, line by line; what is no JSON it gets as a message. `variables`: its environment, beside the path. */
export function start(file: string, args: readonly string[], heard: (line: LogLine) => void, variables: NodeJS.ProcessEnv = {}): Program {
  const env = { ...environment(), ...variables }
  const child = spawn(process.execPath, [file, ...args], { cwd: ROOT, stdio: ['ignore', 'inherit', 'pipe'], env })
  createInterface({ input: child.stderr }).on('line', (line) => heard(parsed(line)))
  if (child.pid === undefined) throw new Error(`${file} does not start`)
  return { pid: child.pid, [Symbol.asyncDispose]: () => end(child) }
}

/** Nothing of what this run was configured with. */
function environment(): NodeJS.ProcessEnv {
  const { PATH = '' } = process.env
  return { PATH }
}

function parsed(line: string): LogLine {
  return line.startsWith('{') ? (JSON.parse(line) as LogLine) : { message: line }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}
