/** Runs the program as its user does: a process of its own, its output, its signals, its exit code. It knows nothing of what the program does. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { describedAtTimeOut } from '../time-out.ts'

export interface Ended {
  readonly exitCode: number | null
  readonly out: string
  readonly err: string
}

export interface Running {
  readonly pid: number
  out(): string
  err(): string
  /** Resolves with what `pattern` finds in the output, error output included. Rejects, with all of it, when the program ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>
  /** Sends the signal to this process alone, and resolves when it has ended and all its output is there. */
  end(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<Ended>
  readonly ended: Promise<Ended>
}

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>
  readonly input?: string
  readonly cwd?: string
  /** The program, and its arguments, that start ours: `unshare --mount`. It has to become ours, or signals do not arrive. */
  readonly under?: readonly string[]
  /** Another build of the program. */
  readonly main?: string
  /** It is at the head of a process group of its own. */
  readonly isGroup?: true
}

/** Starts `fairlead ARGS` with the Node that runs the tests. */
export function start(args: readonly string[], options: RunOptions = {}): Running {
  const [program = process.execPath, ...rest] = [...(options.under ?? []), process.execPath, options.main ?? inject('program'), ...args]
  return follow(spawn(program, rest, { env: environmentOf(options), cwd: options.cwd, stdio: 'pipe' }), options.input)
}

/** Runs `fairlead ARGS` to its end. */
export function run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return toItsEnd(`fairlead ${args.join(' ')}`, start(args, options))
}

export function startOther(program: string, args: readonly string[], options: RunOptions = {}): Running {
  return follow(spawn(program, args, { env: environmentOf(options), stdio: 'pipe', detached: options.isGroup === true }), options.input)
}

/** Runs any other program to its end. */
export function runOther(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return toItsEnd(`${program} ${args.join(' ')}`, startOther(program, args, options))
}

/** A test whose time runs out shows what the program has written, and does not leave it behind. */
function toItsEnd(name: string, program: Running): Promise<Ended> {
  return describedAtTimeOut(
    () => `"${name}" has not ended. Its output:\n${program.out()}\n${program.err()}`,
    (isOver) => {
      isOver?.addEventListener('abort', () => void program.end('SIGKILL'), { once: true })
      return program.ended
    },
  )
}

/** The surroundings of the tests must not decide: no kubeconfig, no settings, and no Pod. */
function environmentOf({ environment = {} }: RunOptions): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(FAIRLEAD_|KUBE|POD_|NODE_OPTIONS|VITEST|NO_COLOR|FORCE_COLOR)/.test(name))
  return { ...Object.fromEntries(inherited), HOME: tmpdir(), NODE_COMPILE_CACHE: inject('compiled'), ...environment }
}

function follow(child: ChildProcess, input = ''): Running {
  let out = ''
  let err = ''
  const watchers = new Set<() => void>()
  const reported = (): void => watchers.forEach((watcher) => watcher())
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text
    reported()
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text
    reported()
  })
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(input)
  const killed = (): void => void child.kill('SIGKILL')
  process.once('exit', killed)
  let isOver = false
  const ended = once(child, 'close').then(([exitCode]: unknown[]): Ended => {
    process.removeListener('exit', killed)
    isOver = true
    reported()
    return { exitCode: exitCode as number | null, out, err }
  })
  return {
    pid: child.pid ?? 0,
    out: () => out,
    err: () => err,
    ended,
    says: (pattern) =>
      describedAtTimeOut(
        () => `the program has not said ${String(pattern)}:\n${out}\n${err}`,
        () =>
          new Promise((resolve, reject) => {
            const look = (): void => {
              const found = pattern.exec(out) ?? pattern.exec(err)
              if (found === null && !isOver) return
              watchers.delete(look)
              if (found === null) reject(new Error(`the program ended without saying ${String(pattern)}:\n${out}\n${err}`))
              else resolve(found)
            }
            watchers.add(look)
            look()
          }),
      ),
    async end(signal) {
      child.kill(signal)
      return ended
    },
  }
}

export interface Folder extends AsyncDisposable {
  file(name: string): string
}

/** A folder that goes when the test does. */
export async function temporaryFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'fairlead-product-'))
  return { file: (name) => join(path, name), [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
