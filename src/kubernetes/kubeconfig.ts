/** Access to a cluster as kubeconfig files or a pod's service account describe it. The only place that knows the official client. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import { type Cluster, KubeConfig, type User } from '@kubernetes/client-node'
import { LineCounter, parse, parseDocument } from 'yaml'
import type { Clock } from '../model/clock.ts'
import type { Access, TlsMaterial } from './access.ts'
import { Cached } from './cached.ts'
import { type ExecConfig, type ExecCredential, execCredential } from './exec-credentials.ts'

export interface AccessOptions {
  readonly kubeconfig?: string
  readonly context?: string
  readonly inCluster?: boolean
  readonly clock: Clock
  /** `KUBECONFIG` is looked for here, and credential programs inherit it. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Projected tokens are replaced about hourly, long before they expire; client-go reads them as often. */
const FILES_ARE_FRESH_MS = 60_000

/** Throws an Error with a sentence for the operator. */
export async function accessOf(options: AccessOptions): Promise<Access> {
  const { config, tokenFiles } = options.inCluster === true ? await inCluster(options) : await fromFiles(options)
  if (options.context !== undefined) config.setCurrentContext(options.context)
  const name = config.getCurrentContext()
  const context = config.getContextObject(name)
  if (!context)
    throw new Error(name === '' || name === undefined ? 'the kubeconfig names no current context' : `the kubeconfig has no context ${JSON.stringify(name)}`)
  const cluster = config.getCluster(context.cluster)
  if (!cluster) throw new Error(`context ${JSON.stringify(name)} names the cluster ${JSON.stringify(context.cluster)}, which the kubeconfig does not have`)
  const user = config.getUser(context.user) ?? undefined
  if (!user && context.user)
    throw new Error(`context ${JSON.stringify(name)} names the user ${JSON.stringify(context.user)}, which the kubeconfig does not have`)
  const credentials = user && new Credentials({ config, cluster, user, tokenFile: tokenFiles.get(user.name), ...options })
  const tls = new Tls(options.clock, cluster, user, credentials)
  return {
    server: cluster.server.replace(/\/+$/, ''),
    namespace: context.namespace,
    proxy: proxyOf(cluster),
    tls: () => tls.get(),
    headers: () => credentials?.headers() ?? Promise.resolve({}),
    doubt() {
      credentials?.doubt()
      tls.doubt()
    },
  }
}

interface Loaded {
  readonly config: KubeConfig
  /** By user: the official client does not read this field. */
  readonly tokenFiles: ReadonlyMap<string, string>
}

/** Where every Pod finds its service account (kubernetes.io/docs/tasks/run-application/access-api-from-pod). */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

async function inCluster({ environment }: AccessOptions): Promise<Loaded> {
  const [tokenFile, namespaceFile] = [join(SERVICE_ACCOUNT, 'token'), join(SERVICE_ACCOUNT, 'namespace')]
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = environment
  if (host === undefined || !existsSync(tokenFile))
    throw new Error('there is no service account here: this process does not run in a pod, or its token is not mounted')
  const name = 'pod'
  const namespace = existsSync(namespaceFile) ? { namespace: (await readFile(namespaceFile, 'utf8')).trim() } : {}
  const config = new KubeConfig()
  config.loadFromOptions({
    clusters: [{ name, server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`, caFile: join(SERVICE_ACCOUNT, 'ca.crt'), skipTLSVerify: false }],
    users: [{ name }],
    contexts: [{ name, cluster: name, user: name, ...namespace }],
    currentContext: name,
  })
  return { config, tokenFiles: new Map([[name, tokenFile]]) }
}

const PROXIES: ReadonlySet<string> = new Set(['http:', 'https:', 'socks5:'])

/** A proxy's URL may hold a password, so it is never repeated. */
function proxyOf({ name, proxyUrl }: Cluster): string | undefined {
  if (proxyUrl === undefined || proxyUrl === '') return undefined
  if (URL.canParse(proxyUrl) && PROXIES.has(new URL(proxyUrl).protocol)) return proxyUrl
  throw new Error(`the proxy-url of the kubeconfig's cluster ${JSON.stringify(name)} cannot be used; allowed: http://, https:// or socks5:// and HOST:PORT`)
}

/** As kubectl does: the named file, else those of KUBECONFIG, else the one at home; of two entries of one name the first counts. */
async function fromFiles({ kubeconfig, environment }: AccessOptions): Promise<Loaded> {
  const listed = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '')
  const candidates = kubeconfig === undefined ? (listed.length > 0 ? listed : [join(homedir(), '.kube', 'config')]) : [kubeconfig]
  const files = candidates.filter((file) => existsSync(file))
  if (files.length === 0) throw new Error(`there is no kubeconfig: ${candidates.join(', ')} does not exist`)
  const config = new KubeConfig()
  const tokenFiles = new Map<string, string>()
  for (const file of files) {
    const text = await readFile(file, 'utf8')
    merge(config, loadFile(file, text))
    for (const [user, path] of tokenFilesIn(text)) if (!tokenFiles.has(user)) tokenFiles.set(user, absolute(dirname(file), path))
  }
  return { config, tokenFiles }
}

function loadFile(file: string, text: string): KubeConfig {
  const config = new KubeConfig()
  const wrong = syntaxError(text)
  if (wrong !== undefined) throw new Error(`${file} is not a kubeconfig: ${wrong}`)
  try {
    config.loadFromString(text)
  } catch {
    // Neither the message nor the cause goes on: a parser's error quotes the line it is about, which may be a token.
    throw new Error(`${file} is not a kubeconfig: its clusters, users or contexts are not as kubectl writes them`)
  }
  config.makePathsAbsolute(dirname(file))
  for (const { exec } of config.users as readonly { readonly exec?: { command?: string } }[]) {
    if (exec?.command?.includes('/') === true) exec.command = absolute(dirname(file), exec.command)
  }
  return config
}

/** Where the text stops being YAML, without a word of it. */
function syntaxError(text: string): string | undefined {
  const lineCounter = new LineCounter()
  const [error] = parseDocument(text, { prettyErrors: false, lineCounter }).errors
  return error === undefined ? undefined : `line ${lineCounter.linePos(error.pos[0]).line} is not YAML (${error.code})`
}

function merge(into: KubeConfig, from: KubeConfig): void {
  for (const cluster of from.clusters) if (!into.clusters.some(({ name }) => name === cluster.name)) into.addCluster(cluster)
  for (const user of from.users) if (!into.users.some(({ name }) => name === user.name)) into.addUser(user)
  for (const context of from.contexts) if (!into.contexts.some(({ name }) => name === context.name)) into.addContext(context)
  if (!into.currentContext) into.setCurrentContext(from.currentContext)
}

function tokenFilesIn(text: string): [string, string][] {
  const { users } = parse(text) as { users?: readonly { readonly name: string; readonly user?: { readonly tokenFile?: string } | null }[] | null }
  return (users ?? []).flatMap(({ name, user }) => (user?.tokenFile === undefined ? [] : [[name, user.tokenFile]]))
}

function absolute(root: string, path: string): string {
  return isAbsolute(path) ? path : join(root, path)
}

interface CredentialOptions extends AccessOptions {
  readonly config: KubeConfig
  readonly cluster: Cluster
  readonly user: User
  readonly tokenFile: string | undefined
}

/** Who we are, by whichever means the user's entry names; kubectl's order of precedence. */
class Credentials {
  readonly #source: Cached<Readonly<Record<string, string>>>
  readonly #exec: Cached<ExecCredential> | undefined

  constructor(options: CredentialOptions) {
    const { user, clock, cluster, environment } = options
    const exec = user.exec as ExecConfig | null | undefined
    this.#exec = exec ? new Cached(clock, () => execCredential({ exec, cluster: clusterInfo(cluster), environment, clock })) : undefined
    this.#source = new Cached(clock, async () => ({ value: await plainHeaders(options), freshUntil: clock.now() + FILES_ARE_FRESH_MS }))
  }

  async headers(): Promise<Readonly<Record<string, string>>> {
    const headers = await this.#source.get()
    const token = (await this.#exec?.get())?.token
    return token === undefined || 'authorization' in headers ? headers : { ...headers, authorization: `Bearer ${token}` }
  }

  /** A client certificate that a program gave. */
  async certificate(): Promise<ExecCredential | undefined> {
    const given = await this.#exec?.get()
    return given?.cert === undefined ? undefined : given
  }

  doubt(): void {
    this.#source.doubt()
    this.#exec?.doubt()
  }
}

/** Headers from all sources but a program. */
async function plainHeaders({ user, tokenFile, config }: CredentialOptions): Promise<Readonly<Record<string, string>>> {
  const impersonation: Record<string, string> = user.impersonateUser ? { 'impersonate-user': user.impersonateUser } : {}
  if (tokenFile !== undefined) return { ...impersonation, authorization: `Bearer ${(await readFile(tokenFile, 'utf8')).trim()}` }
  if (user.token) return { ...impersonation, authorization: `Bearer ${user.token.trim()}` }
  if (user.username) return { ...impersonation, authorization: `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}` }
  return user.authProvider ? { ...impersonation, ...(await officialHeaders(config)) } : impersonation
}

/** OIDC and the other methods that the official client has. */
async function officialHeaders(config: KubeConfig): Promise<Record<string, string>> {
  const options: { headers: Record<string, string> } = { headers: {} }
  try {
    await config.applyToHTTPSOptions(options)
  } catch {
    // What the client says of it may hold a token, or what a program printed.
    const provider = config.getCurrentUser()?.authProvider as { readonly name?: string } | undefined
    throw new Error(
      `the auth-provider ${JSON.stringify(provider?.name ?? '')} of the kubeconfig's user gave no credential; log in again with kubectl, or use an exec program`,
    )
  }
  const authorization = options.headers['Authorization']
  return authorization === undefined ? {} : { authorization }
}

/** The same object until a file or a credential brings something else. */
class Tls {
  readonly #files: Cached<TlsMaterial>
  readonly #credentials: Credentials | undefined
  #last: TlsMaterial | undefined

  constructor(clock: Clock, cluster: Cluster, user: User | undefined, credentials: Credentials | undefined) {
    this.#files = new Cached(clock, async () => ({ value: await materialOf(cluster, user), freshUntil: clock.now() + FILES_ARE_FRESH_MS }))
    this.#credentials = credentials
  }

  async get(): Promise<TlsMaterial> {
    const [material, given] = await Promise.all([this.#files.get(), this.#credentials?.certificate()])
    const next = { ...material, ...(given?.cert === undefined || given.key === undefined ? {} : { cert: given.cert, key: given.key }) }
    if (!this.#last || !isSame(this.#last, next)) this.#last = Object.freeze(next)
    return this.#last
  }

  doubt(): void {
    this.#files.doubt()
  }
}

async function materialOf(cluster: Cluster, user: User | undefined): Promise<TlsMaterial> {
  const ca = await pem(cluster.caData, cluster.caFile)
  const cert = await pem(user?.certData, user?.certFile)
  const key = await pem(user?.keyData, user?.keyFile)
  return {
    rejectUnauthorized: !cluster.skipTLSVerify,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(cluster.tlsServerName === undefined ? {} : { servername: cluster.tlsServerName }),
  }
}

/** Inline data before a file, as kubectl has it. */
async function pem(data: string | null | undefined, file: string | null | undefined): Promise<string | undefined> {
  if (data) return Buffer.from(data, 'base64').toString('utf8')
  return file ? readFile(file, 'utf8') : undefined
}

function isSame(a: TlsMaterial, b: TlsMaterial): boolean {
  return a.ca === b.ca && a.cert === b.cert && a.key === b.key
}

function clusterInfo(cluster: Cluster): Readonly<Record<string, unknown>> {
  return {
    server: cluster.server,
    ...(cluster.caData === undefined ? {} : { 'certificate-authority-data': cluster.caData }),
    ...(cluster.skipTLSVerify ? { 'insecure-skip-tls-verify': true } : {}),
    ...(cluster.tlsServerName === undefined ? {} : { 'tls-server-name': cluster.tlsServerName }),
    ...(cluster.proxyUrl === undefined ? {} : { 'proxy-url': cluster.proxyUrl }),
  }
}
