/**
 * A real etcd and kube-apiserver (and, when asked, kube-controller-manager) for tests, on free loopback ports in a folder of their own.
 * The programs are looked for where the field keeps them: in the folder that KUBEBUILDER_ASSETS names. It is no cluster: there is no kubelet.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream, existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface RealApiServer {
  /** `https://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string
  /** The certificate authority, PEM. */
  readonly ca: string
  /** Bearer token of a user in `system:masters`. */
  readonly token: string
  /** A kubeconfig (YAML) for that user. */
  readonly kubeconfig: string
  /** The same, as a file; it goes with `stop`. */
  readonly kubeconfigFile: string
  /** `1.37.2` */
  readonly version: string
  stop(): Promise<void>
}

export interface RealApiServerOptions {
  /** Also start kube-controller-manager: endpoint slices, deployments, namespaces, garbage collection. */
  readonly controllerManager?: boolean
  /** More flags of kube-apiserver. */
  readonly flags?: readonly string[]
  /** More users: token to user name; they have no rights until the test grants some. */
  readonly users?: Readonly<Record<string, string>>
}

/** Why no real API server can be started here, or undefined when it can. Print it when skipping. */
export function noRealApiServer(): string | undefined {
  const folder = process.env['KUBEBUILDER_ASSETS']
  if (folder === undefined || folder === '') return 'KUBEBUILDER_ASSETS names no folder with kube-apiserver and etcd'
  const missing = ['kube-apiserver', 'etcd'].filter((program) => !existsSync(join(folder, program)))
  return missing.length === 0 ? undefined : `KUBEBUILDER_ASSETS (${folder}) holds no ${missing.join(' and no ')}`
}

/** Starts the programs and waits until the server says it is ready. Throws with the end of the programs' logs when it does not come up. */
export async function startRealApiServer(options: RealApiServerOptions = {}): Promise<RealApiServer> {
  const reason = noRealApiServer()
  if (reason !== undefined) throw new Error(reason)
  const attempts = 3
  for (let attempt = 1; ; attempt++) {
    const folder = await mkdtemp(join(tmpdir(), 'fairlead-apiserver-'))
    const programs = new Programs(process.env['KUBEBUILDER_ASSETS'] ?? '', folder)
    try {
      return await start(programs, folder, options)
    } catch (error) {
      // A port that was free a moment ago may have been taken by somebody else.
      await programs.stop()
      await rm(folder, { recursive: true, force: true })
      if (attempt === attempts) throw error
    }
  }
}

async function start(programs: Programs, folder: string, options: RealApiServerOptions): Promise<RealApiServer> {
  const [client, peer, secure, manager] = await freePorts(4)
  const token = randomBytes(16).toString('hex')
  const url = `https://127.0.0.1:${secure}`
  const key = join(folder, 'sa.key')
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  await writeFile(key, privateKey.export({ type: 'pkcs1', format: 'pem' }))
  const users = Object.entries(options.users ?? {}).map(([of, name], index) => `${of},${name},${index + 2}`)
  await writeFile(join(folder, 'tokens.csv'), [`${token},admin,1,"system:masters"`, ...users, ''].join('\n'))

  programs.start('etcd', etcdFlags(folder, `http://127.0.0.1:${client}`, `http://127.0.0.1:${peer}`))
  programs.start('kube-apiserver', [...apiServerFlags(folder, `http://127.0.0.1:${client}`, String(secure)), ...(options.flags ?? [])])
  const ca = await programs.until('its certificate', () => readFile(join(folder, 'certs', 'apiserver.crt'), 'utf8'))
  const get = (path: string): Promise<string> => read(`${url}${path}`, ca, token)
  await programs.until('/readyz', () => get('/readyz'))
  await programs.until('the namespace default', () => get('/api/v1/namespaces/default'))
  await programs.until('the service kubernetes', () => get('/api/v1/namespaces/default/services/kubernetes'))

  const kubeconfig = describe({ url, ca, token })
  const kubeconfigFile = join(folder, 'kubeconfig')
  await writeFile(kubeconfigFile, kubeconfig)
  if (options.controllerManager === true) {
    programs.start('kube-controller-manager', controllerFlags(kubeconfigFile, key, String(manager)))
    await programs.until('the account of namespace default', () => get('/api/v1/namespaces/default/serviceaccounts/default'))
  }
  const version = (JSON.parse(await get('/version')) as { gitVersion: string }).gitVersion.replace(/^v/, '').replace(/[-+].*$/, '')
  const stop = async (): Promise<void> => {
    await programs.stop()
    await rm(folder, { recursive: true, force: true })
  }
  return { url, ca, token, kubeconfig, kubeconfigFile, version, stop }
}

/** Of what is started a dozen times and lives for seconds, garbage may lie around. */
const FRUGAL = { GOGC: '400' }

function etcdFlags(folder: string, client: string, peer: string): string[] {
  const listen = ['--listen-client-urls', client, '--advertise-client-urls', client, '--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer]
  return ['--data-dir', join(folder, 'etcd'), ...listen, '--initial-cluster', `default=${peer}`, '--unsafe-no-fsync']
}

function apiServerFlags(folder: string, etcd: string, port: string): string[] {
  const key = join(folder, 'sa.key')
  const accounts = ['--service-account-issuer', 'https://kubernetes.default.svc', '--service-account-key-file', key, '--service-account-signing-key-file', key]
  const serving = ['--etcd-servers', etcd, '--cert-dir', join(folder, 'certs'), '--bind-address', '127.0.0.1', '--secure-port', port]
  const networks = ['--service-cluster-ip-range', '10.96.0.0/16,fd00:96::/112', '--endpoint-reconciler-type', 'none']
  // Fair shares among many clients are not needed here, and take a quarter of the time of a start.
  const plain = ['--enable-priority-and-fairness=false', '--profiling=false']
  return [...serving, ...networks, ...accounts, ...plain, '--token-auth-file', join(folder, 'tokens.csv'), '--authorization-mode', 'RBAC', '--allow-privileged']
}

function controllerFlags(kubeconfig: string, key: string, port: string): string[] {
  const serving = ['--kubeconfig', kubeconfig, '--bind-address', '127.0.0.1', '--secure-port', port, '--leader-elect=false']
  // Without a kubelet every node would be found dead and every pod evicted.
  const controllers = '*,-node-ipam-controller,-node-lifecycle-controller,-taint-eviction-controller'
  return [...serving, '--use-service-account-credentials', '--service-account-private-key-file', key, '--controllers', controllers]
}

function describe(at: { url: string; ca: string; token: string }): string {
  return `apiVersion: v1
kind: Config
current-context: real
clusters:
- name: real
  cluster:
    server: ${at.url}
    certificate-authority-data: ${Buffer.from(at.ca).toString('base64')}
contexts:
- name: real
  context: {cluster: real, user: admin}
users:
- name: admin
  user: {token: ${at.token}}
`
}

/** Less than a hook may take. */
const PATIENCE_MS = 110_000

/** The running programs of one server: they die with this process, and a program that ends early ends every wait. */
class Programs {
  readonly #folder: string
  readonly #home: string
  readonly #running: { readonly name: string; readonly child: ChildProcess }[] = []
  readonly #onExit = (): void => this.#running.forEach(({ child }) => child.kill('SIGKILL'))

  constructor(folder: string, home: string) {
    this.#folder = folder
    this.#home = home
    process.once('exit', this.#onExit)
  }

  start(name: string, flags: readonly string[]): void {
    const child = spawn(join(this.#folder, name), flags, { cwd: this.#home, env: { ...process.env, ...FRUGAL }, stdio: ['ignore', 'pipe', 'pipe'] })
    const log = createWriteStream(join(this.#home, `${name}.log`))
    child.stdout.pipe(log, { end: false })
    child.stderr.pipe(log, { end: false })
    child.once('exit', () => log.end())
    this.#running.push({ name, child })
  }

  /** Asks until there is an answer; this is the most, on a busy machine. */
  async until<T>(what: string, ask: () => Promise<T>): Promise<T> {
    const patience = AbortSignal.timeout(PATIENCE_MS)
    for (;;) {
      const answer = await ask().then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      )
      if ('value' in answer) return answer.value
      const dead = this.#running.find(({ child }) => child.exitCode !== null || child.signalCode !== null)
      if (dead !== undefined || patience.aborted) {
        const why = dead === undefined ? 'did not answer' : `${dead.name} ended`
        throw new Error(`waiting for ${what}: ${why}; ${String(answer.error)}\n${await this.#logs()}`)
      }
      await sleep(50)
    }
  }

  async stop(): Promise<void> {
    process.removeListener('exit', this.#onExit)
    // The last started leans on the first.
    for (const { child } of this.#running.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) continue
      const gone = once(child, 'exit')
      // Nothing in there is worth an orderly end, which takes the API server many seconds.
      child.kill('SIGKILL')
      await gone
    }
  }

  async #logs(): Promise<string> {
    const tails = this.#running.map(async ({ name }) => {
      const text = await readFile(join(this.#home, `${name}.log`), 'utf8').catch(() => '')
      return `--- ${name}\n${text.split('\n').slice(-15).join('\n')}`
    })
    return (await Promise.all(tails)).join('\n')
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => {
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('a listening server has no port')
    return address.port
  })
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}

function read(url: string, ca: string, token: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const ask = request(url, { ca, headers: { authorization: `Bearer ${token}` }, agent: false, timeout: 5_000 }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.once('error', reject)
      response.once('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(`${url} answered ${response.statusCode}`))))
    })
    ask.once('timeout', () => ask.destroy(new Error(`${url} did not answer in 5 s`)))
    ask.once('error', reject).end()
  })
}
