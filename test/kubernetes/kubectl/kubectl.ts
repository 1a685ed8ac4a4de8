/** Runs the real kubectl against the emulator, with caches and settings of its own. */
import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { startControllers } from '../../../emulators/kubernetes/controllers/index.ts'
import { type ApiServer, kubeconfig, startApiServer } from '../../../emulators/kubernetes/index.ts'
import { RESOURCES } from '../../../emulators/kubernetes/resources/index.ts'

/** Why kubectl cannot be driven here; undefined when it can. */
export function noKubectl(): string | undefined {
  const { error } = spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' })
  return error === undefined ? undefined : `there is no kubectl on the PATH (${error.message})`
}

export interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface Kubectl extends AsyncDisposable {
  readonly server: ApiServer
  /** Runs to its end, whatever that is. */
  run(args: readonly string[], how?: { readonly input?: string; readonly env?: Readonly<Record<string, string>> }): Promise<Outcome>
  /** What it printed; throws when it failed. The arguments are split at spaces. */
  must(line: string, input?: string): Promise<string>
  /** The lines of a command that goes on. It ends with the iteration. */
  follow(line: string): AsyncGenerator<string>
  file(name: string, text: string, mode?: number): Promise<string>
}

export async function startKubectl(): Promise<Kubectl> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-kubectl-'))
  const server = await startApiServer({ resources: RESOURCES })
  const controllers = startControllers(server)
  const config = join(folder, 'kubeconfig')
  await writeFile(config, kubeconfig(server))
  const base = ['--kubeconfig', config, '--cache-dir', join(folder, 'cache')]
  const file = async (name: string, text: string, mode = 0o600): Promise<string> => {
    await writeFile(join(folder, name), text, { mode })
    return join(folder, name)
  }
  const run: Kubectl['run'] = (args, { input, env = {} } = {}) =>
    new Promise((resolve, reject) => {
      const child = execFile('kubectl', [...base, ...args], { env: { ...process.env, ...env } }, (error, out, err) => {
        if (error !== null && typeof error.code !== 'number') reject(error)
        else resolve({ code: Number(error?.code ?? 0), out, err })
      })
      child.stdin?.end(input ?? '')
    })
  return {
    server,
    run,
    file,
    async must(line, input) {
      const { code, out, err } = await run(line.split(' '), input === undefined ? {} : { input })
      if (code !== 0) throw new Error(`kubectl ${line}: ${err}`)
      return out
    },
    async *follow(line) {
      const child = spawn('kubectl', [...base, ...line.split(' ')], { stdio: ['ignore', 'pipe', 'inherit'] })
      try {
        yield* createInterface({ input: child.stdout })
      } finally {
        child.kill()
        await once(child, 'close')
      }
    },
    async [Symbol.asyncDispose]() {
      await controllers.stop()
      await server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
