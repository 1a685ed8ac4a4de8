/**
 * What one kubeconfig says. It is read here, and not by the official client, which loads proxies, OpenID Connect and Node's own `fetch` with it: every command
 * would wait for them. No error quotes the text or has a cause: any line may hold a token.
 */
import { isAbsolute, join } from 'node:path'
import type { Cluster, Context, User } from '@kubernetes/client-node'
import { type Document, LineCounter, parseDocument } from 'yaml'
import { present } from '../model/present.ts'

/** With a field that the official client does not have. */
export interface KubeconfigUser extends User {
  readonly tokenFile?: string
}

export interface Kubeconfig {
  readonly clusters: readonly Cluster[]
  readonly users: readonly KubeconfigUser[]
  readonly contexts: readonly Context[]
  readonly currentContext?: string
}

/** `folder`: where its paths begin. Throws an Error that says what is wrong, and where. */
export function parseKubeconfig(text: string, folder: string): Kubeconfig {
  const content = new Fields('the file', contentOf(text))
  return {
    clusters: content.list('clusters').map((entry) => clusterOf(entry, folder)),
    users: content.list('users').map((entry) => userOf(entry, folder)),
    contexts: content.list('contexts').map(contextOf),
    ...present({ currentContext: content.text('current-context') }),
  }
}

function contentOf(text: string): unknown {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { prettyErrors: false, lineCounter })
  const [error] = document.errors
  if (error !== undefined) throw new Error(`line ${lineCounter.linePos(error.pos[0]).line} is not YAML (${error.code})`)
  return valueOf(document)
}

function valueOf(document: Document): unknown {
  try {
    return document.toJS()
  } catch {
    throw new Error('its YAML has an alias that cannot be resolved')
  }
}

function clusterOf(entry: Fields, folder: string): Cluster {
  const cluster = entry.map('cluster')
  return {
    name: entry.needed('name'),
    server: cluster.needed('server'),
    skipTLSVerify: cluster.value('insecure-skip-tls-verify') === true,
    ...present({
      caData: cluster.text('certificate-authority-data'),
      caFile: cluster.path('certificate-authority', folder),
      tlsServerName: cluster.text('tls-server-name'),
      proxyUrl: cluster.text('proxy-url'),
    }),
  }
}

function userOf(entry: Fields, folder: string): KubeconfigUser {
  const user = entry.map('user')
  return {
    name: entry.needed('name'),
    ...present({
      certData: user.text('client-certificate-data'),
      certFile: user.path('client-certificate', folder),
      keyData: user.text('client-key-data'),
      keyFile: user.path('client-key', folder),
      token: user.text('token'),
      tokenFile: user.path('tokenFile', folder),
      username: user.text('username'),
      password: user.text('password'),
      impersonateUser: user.text('as'),
      authProvider: user.value('auth-provider'),
      exec: programOf(user, folder),
    }),
  }
}

/** A command without a slash is looked for on the PATH. */
function programOf(user: Fields, folder: string): unknown {
  if (user.value('exec') === undefined) return undefined
  const exec = user.map('exec')
  const command = exec.needed('command')
  return { ...exec.all, command: command.includes('/') ? absolute(folder, command) : command }
}

function contextOf(entry: Fields): Context {
  const context = entry.map('context')
  return {
    name: entry.needed('name'),
    cluster: context.needed('cluster'),
    // Empty: no credentials.
    user: context.text('user') ?? '',
    ...present({ namespace: context.text('namespace') }),
  }
}

function absolute(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path)
}

/** One map of the file, which knows where it stands. What is empty counts as absent. */
class Fields {
  readonly #where: string
  readonly all: Readonly<Record<string, unknown>>

  constructor(where: string, value: unknown) {
    if (typeof (value ?? {}) !== 'object' || Array.isArray(value)) throw new Error(`${where} is not a map`)
    this.#where = where
    this.all = { ...(value as Readonly<Record<string, unknown>> | null | undefined) }
  }

  value(key: string): unknown {
    const value = this.all[key]
    return value === null || value === '' ? undefined : value
  }

  map(key: string): Fields {
    return new Fields(this.#place(key), this.value(key))
  }

  list(key: string): readonly Fields[] {
    const value = this.value(key) ?? []
    if (!Array.isArray(value)) throw new Error(`${key} is not a list`)
    return value.map((item: unknown, i) => new Fields(`${key}[${i}]`, item))
  }

  text(key: string): string | undefined {
    const value = this.value(key)
    if (value === undefined || typeof value === 'string') return value
    throw new Error(`${this.#place(key)} is not a text`)
  }

  needed(key: string): string {
    const value = this.text(key)
    if (value === undefined) throw new Error(`${this.#place(key)} is missing`)
    return value
  }

  path(key: string, folder: string): string | undefined {
    const value = this.text(key)
    return value === undefined ? undefined : absolute(folder, value)
  }

  #place(key: string): string {
    return `${this.#where}.${key}`
  }
}
