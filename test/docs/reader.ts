/**
 * A reader of the docs: a shell in a folder that looks like a checkout, on a loopback of its own, so that the addresses and ports which the pages print are
 * free whatever else runs on the machine. Programs that a machine may lack have small stand-ins, and `npm ci` is taken as done.
 */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const NETWORK = ['--map-root-user', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh']

/** Why there can be no such shell here; undefined when there can. Print it when skipping. */
export function noReader(): string | undefined {
  const { status, stderr, error } = spawnSync('unshare', [...NETWORK, 'true'], { encoding: 'utf8' })
  if (status !== 0) return `there is no network of one's own: ${error?.message ?? stderr.trim()}`
  const missing = ['bash', 'kubectl', 'curl', 'jq'].find((needed) => spawnSync('sh', ['-c', `command -v ${needed}`]).status !== 0)
  return missing === undefined ? undefined : `there is no ${missing} on the PATH`
}

export interface Answer {
  readonly exitCode: number
  /** Both streams, as a terminal shows them. */
  readonly output: string
}

export interface Reader extends AsyncDisposable {
  readonly folder: string
  /** Runs a command in the shell; what it exports stays. */
  run(command: string): Promise<Answer>
  /** Starts a command that goes on, and resolves with what it printed when it has printed `pattern`. */
  start(command: string, pattern: RegExp): Promise<string>
  /** Ends all that was started. */
  stop(): Promise<void>
}

const END = '-- end of command'
const PATIENCE_MS = 120_000

/** `nc` sends one datagram and prints the answer. */
const STAND_INS: Readonly<Record<string, string>> = {
  nc: `exec "$NODE_PROGRAM" -e '
    const [host, port] = process.argv.slice(-2)
    const socket = require("node:dgram").createSocket("udp4")
    socket.on("message", (answer) => process.stdout.write(answer, () => process.exit(0)))
    socket.send(require("node:fs").readFileSync(0), Number(port), host)
    setTimeout(() => process.exit(1), 3000)
  ' -- "$@"`,
}

/** Finds every name: there is no internet. A server on this machine is asked by a real one, where there is one. */
const DIG = 'case " $*" in *" -p "*) exec REAL "$@" ;; esac\necho 192.0.2.1'

export async function openReader(): Promise<Reader> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-reader-'))
  const programs = join(folder, '.programs')
  await mkdir(programs)
  for (const name of ['src', 'providers', 'emulators', 'annotations', 'helm-chart', 'docs', 'node_modules', 'package.json'])
    await symlink(join(ROOT, name), join(folder, name))
  const npm = spawnSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).stdout.trim()
  // The tests run on dependencies that are installed: to install them again would replace them under everybody's feet.
  await program(programs, 'npm', `[ "$1" = ci ] && exit 0\nexec ${npm} "$@"`)
  // On a terminal curl shows no progress beside what it prints.
  await writeFile(join(folder, '.curlrc'), 'silent\nshow-error\n')
  for (const [name, text] of Object.entries(STAND_INS)) if (spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0) await program(programs, name, text)
  const dig = spawnSync('sh', ['-c', 'command -v dig'], { encoding: 'utf8' }).stdout.trim()
  await program(programs, 'dig', DIG.replace('REAL', dig))
  const inherited = Object.entries(process.env).filter(([name]) => !/^(FAIRLEAD_|KUBE|POD_|AWS_|NODE_OPTIONS|VITEST|npm_|NO_COLOR|FORCE_COLOR)/i.test(name))
  const env = {
    ...Object.fromEntries(inherited),
    HOME: folder,
    NODE_COMPILE_CACHE: inject('compiled'),
    NODE_PROGRAM: process.execPath,
    PATH: `${programs}${delimiter}${process.env['PATH'] ?? ''}`,
  }
  const shell = spawn('unshare', [...NETWORK, 'bash', '--norc'], { cwd: folder, env, stdio: 'pipe' })
  return new BashReader(shell, folder)
}

async function program(folder: string, name: string, text: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`)
  await chmod(join(folder, name), 0o755)
}

const STOP = `for one in $STARTED; do
  kill -INT -- -$one 2>/dev/null || continue
  for i in $(seq 100); do kill -0 -- -$one 2>/dev/null || break; sleep 0.1; done
  kill -KILL -- -$one 2>/dev/null
done; STARTED=`

class BashReader implements Reader {
  readonly folder: string
  readonly #shell: ChildProcessWithoutNullStreams
  #output = ''
  #heard: () => void = () => {}
  #commands = 0

  constructor(shell: ChildProcessWithoutNullStreams, folder: string) {
    this.#shell = shell
    this.folder = folder
    const hear = (text: string): void => {
      this.#output += text
      this.#heard()
    }
    shell.stdout.setEncoding('utf8').on('data', hear)
    shell.stderr.setEncoding('utf8').on('data', () => {})
    shell.once('exit', () => hear(`\n${END} lost 1\n`))
  }

  async run(command: string): Promise<Answer> {
    const mark = `${END} ${++this.#commands}`
    this.#output = ''
    this.#shell.stdin.write(`{ ${command}\n} 2>&1 </dev/null; echo "\n${mark} $?"\n`)
    const found = await this.#until(new RegExp(`\\n${mark} (\\d+)\\n|${END} lost (1)`), command)
    return { exitCode: Number(found[1] ?? found[2]), output: this.#output.slice(0, found.index) }
  }

  async start(command: string, pattern: RegExp): Promise<string> {
    const log = join(this.folder, `.started-${++this.#commands}`)
    await this.run(`setsid bash -c '${command.replace(/ +# .*$/, '')}' > ${log} 2>&1 & LAST=$!; STARTED="$STARTED $LAST"`)
    const source = pattern.source.replaceAll('/', '\\/')
    const { exitCode } = await this.run(
      `for i in $(seq 600); do grep -qE '${source}' ${log} && break; kill -0 $LAST || break; sleep 0.1; done; grep -qE '${source}' ${log}`,
    )
    const { output } = await this.run(`cat ${log}`)
    if (exitCode !== 0) throw new Error(`${command} did not print ${String(pattern)}:\n${output}`)
    return output
  }

  async stop(): Promise<void> {
    await this.run(STOP)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop().catch(() => undefined)
    this.#shell.kill('SIGKILL')
    await rm(this.folder, { recursive: true, force: true })
  }

  async #until(pattern: RegExp, command: string): Promise<RegExpExecArray> {
    const deadline = Date.now() + PATIENCE_MS
    for (;;) {
      const found = pattern.exec(this.#output)
      if (found !== null) return found
      const left = deadline - Date.now()
      if (left <= 0) throw new Error(`it does not end: ${command}\n${this.#output}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#heard = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }
}
