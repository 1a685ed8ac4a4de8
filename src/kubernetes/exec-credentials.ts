/** Credentials from a program that a kubeconfig names (client.authentication.k8s.io): started once for all who wait, and again before they expire. */
import { execFile } from 'node:child_process'
import type { Clock } from '../model/clock.ts'
import type { Reading } from './cached.ts'

/** The `exec` of a kubeconfig's user. */
export interface ExecConfig {
  readonly apiVersion?: string
  readonly command: string
  readonly args?: readonly string[] | null
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null
  readonly provideClusterInfo?: boolean
  readonly installHint?: string
}

export interface ExecCredential {
  readonly token?: string
  readonly cert?: string
  readonly key?: string
}

/** What the program may be told of the cluster, in the words of its protocol. */
export type ClusterInfo = Readonly<Record<string, unknown>>

export interface ExecOptions {
  readonly exec: ExecConfig
  readonly cluster: ClusterInfo
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
}

const DEFAULT_VERSION = 'client.authentication.k8s.io/v1'
/** A credential without an expiry is good until the server refuses it. */
const NO_EXPIRY = Number.POSITIVE_INFINITY
/** A program that asks somebody would wait for ever. */
const PATIENCE_MS = 60_000

/** Throws an Error that names the program and what it complained of. */
export async function execCredential({ exec, cluster, environment, clock }: ExecOptions): Promise<Reading<ExecCredential>> {
  const apiVersion = exec.apiVersion ?? DEFAULT_VERSION
  const spec = { interactive: false, ...(exec.provideClusterInfo === true ? { cluster } : {}) }
  const info = JSON.stringify({ apiVersion, kind: 'ExecCredential', spec })
  const env = { ...environment, ...Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value])), KUBERNETES_EXEC_INFO: info }
  const output = await run(exec, env)
  const { credential, expiresAt } = parsed(exec.command, output)
  const now = clock.now()
  // Renewed a tenth of its life early, a minute at the least.
  const freshUntil = expiresAt === undefined ? NO_EXPIRY : expiresAt - Math.max(60_000, (expiresAt - now) / 10)
  // One that lives shorter than that is still not asked for with every request.
  return { value: credential, freshUntil: Math.max(freshUntil, now + 1_000), ...(expiresAt === undefined ? {} : { expiresAt }) }
}

function run({ command, args, installHint }: ExecConfig, env: Record<string, string | undefined>): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, [...(args ?? [])], { env, timeout: PATIENCE_MS, maxBuffer: 4 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout)
      const hint = 'code' in error && error.code === 'ENOENT' && installHint !== undefined ? `. ${installHint}` : ''
      // Its own output is not repeated: it may hold what it should not.
      reject(new Error(`the credential program ${command} failed: ${stderr.trim().slice(0, 500) || firstLine(error.message)}${hint}`))
    })
  })
}

function parsed(command: string, output: string): { credential: ExecCredential; expiresAt: number | undefined } {
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = statusOf(output)
  const isPair = clientCertificateData !== undefined && clientKeyData !== undefined
  if (token === undefined && !isPair) throw new Error(`the credential program ${command} answered neither a token nor a certificate with its key`)
  const expiresAt = expirationTimestamp === undefined ? Number.NaN : Date.parse(expirationTimestamp)
  const credential = { ...(token === undefined ? {} : { token }), ...(isPair ? { cert: clientCertificateData, key: clientKeyData } : {}) }
  return { credential, expiresAt: Number.isNaN(expiresAt) ? undefined : expiresAt }
}

type CredentialStatus = Readonly<Partial<Record<'token' | 'clientCertificateData' | 'clientKeyData' | 'expirationTimestamp', string>>>

function statusOf(output: string): CredentialStatus {
  try {
    return (JSON.parse(output) as { readonly status?: CredentialStatus }).status ?? {}
  } catch {
    return {}
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
