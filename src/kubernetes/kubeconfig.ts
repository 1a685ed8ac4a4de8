/** Access to a cluster as kubeconfig files or a pod's service account describe it. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import type { Cluster, User } from '@kubernetes/client-node'
import type { Clock } from '../model/clock.ts'
import type { Access, TlsMaterial } from './access.ts'
import { Cached } from './cached.ts'
import { type ExecConfig, type ExecCredential, execCredential } from './exec-credentials.ts'
import { type Kubeconfig, type KubeconfigUser, parseKubeconfig } from './kubeconfig-file.ts'

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
  const { clusters, users, contexts, currentContext } = options.inCluster === true ? await inCluster(options) : await fromFiles(options)
  const name = options.context ?? currentContext
  if (name === undefined) throw new Error('the kubeconfig names no current context')
  const context = named(contexts, name)
  if (context === undefined) throw new Error(`the kubeconfig has no context ${JSON.stringify(name)}`)
  const cluster = named(clusters, context.cluster)
  if (cluster === undefined)
    throw new Error(`context ${JSON.stringify(name)} names the cluster ${JSON.stringify(context.cluster)}, which the kubeconfig does not have`)
  const user = named(users, context.user)
  if (user === undefined && context.user !== '')
    throw new Error(`context ${JSON.stringify(name)} names the user ${JSON.stringify(context.user)}, which the kubeconfig does not have`)
  const credentials = user && new Credentials({ cluster, user, ...options })
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

/** Of two of one name the first counts, as with kubectl. */
function named<T extends { readonly name: string }>(all: readonly T[], name: string): T | undefined {
  return all.find((one) => one.name === name)
}

/** Where every Pod finds its service account (kubernetes.io/docs/tasks/run-application/access-api-from-pod). */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

async function inCluster({ environment }: AccessOptions): Promise<Kubeconfig> {
  const [tokenFile, namespaceFile] = [join(SERVICE_ACCOUNT, 'token'), join(SERVICE_ACCOUNT, 'namespace')]
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = environment
  if (host === undefined || !existsSync(tokenFile))
    throw new Error('there is no service account here: this process does not run in a pod, or its token is not mounted')
  const name = 'pod'
  const namespace = existsSync(namespaceFile) ? { namespace: (await readFile(namespaceFile, 'utf8')).trim() } : {}
  return {
    clusters: [{ name, server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`, caFile: join(SERVICE_ACCOUNT, 'ca.crt'), skipTLSVerify: false }],
    users: [{ name, tokenFile }],
    contexts: [{ name, cluster: name, user: name, ...namespace }],
    currentContext: name,
  }
}

const PROXIES: ReadonlySet<string> = new Set(['http:', 'https:', 'socks5:'])

/** A proxy's URL may hold a password, so it is never repeated. */
function proxyOf({ name, proxyUrl }: Cluster): string | undefined {
  if (proxyUrl === undefined || proxyUrl === '') return undefined
  if (URL.canParse(proxyUrl) && PROXIES.has(new URL(proxyUrl).protocol)) return proxyUrl
  throw new Error(`the proxy-url of the kubeconfig's cluster ${JSON.stringify(name)} cannot be used; allowed: http://, https:// or socks5:// and HOST:PORT`)
}

/** As kubectl does: the named file, else those of KUBECONFIG, else the one at home. */
async function fromFiles({ kubeconfig, environment }: AccessOptions): Promise<Kubeconfig> {
  const listed = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '')
  const candidates = kubeconfig === undefined ? (listed.length > 0 ? listed : [join(homedir(), '.kube', 'config')]) : [kubeconfig]
  const files = candidates.filter((file) => existsSync(file))
  if (files.length === 0) throw new Error(`there is no kubeconfig: ${candidates.join(', ')} does not exist`)
  const all = await Promise.all(files.map(async (file) => kubeconfigIn(file, await readFile(file, 'utf8'))))
  const currentContext = all.find((one) => one.currentContext !== undefined)?.currentContext
  return {
    clusters: all.flatMap(({ clusters }) => clusters),
    users: all.flatMap(({ users }) => users),
    contexts: all.flatMap(({ contexts }) => contexts),
    ...(currentContext === undefined ? {} : { currentContext }),
  }
}

function kubeconfigIn(file: string, text: string): Kubeconfig {
  try {
    return parseKubeconfig(text, dirname(file))
  } catch (error) {
    throw new Error(`${file} is not a kubeconfig: ${(error as Error).message}`, { cause: error })
  }
}

interface CredentialOptions extends AccessOptions {
  readonly cluster: Cluster
  readonly user: KubeconfigUser
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
async function plainHeaders({ user, cluster }: CredentialOptions): Promise<Readonly<Record<string, string>>> {
  const impersonation: Record<string, string> = user.impersonateUser ? { 'impersonate-user': user.impersonateUser } : {}
  if (user.tokenFile !== undefined) return { ...impersonation, authorization: `Bearer ${(await readFile(user.tokenFile, 'utf8')).trim()}` }
  if (user.token) return { ...impersonation, authorization: `Bearer ${user.token.trim()}` }
  if (user.username) return { ...impersonation, authorization: `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}` }
  if (!user.authProvider) return impersonation
  const { officialHeaders } = await import('./official-credentials.ts')
  return { ...impersonation, ...(await officialHeaders(cluster, user)) }
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
