/** Credentials from a program that a kubeconfig names (client.authentication.k8s.io): started once for all who wait, and again before they expire. */
import { execFile, type ExecFileException } from 'node:child_process'
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

/** What the program may know of the cluster, in the terms of its protocol. */
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
/** A program that prompts a person would wait without end. */
const PATIENCE_MS = 60_000

/** Throws an Error that names the program and how it ended. */
export async function execCredential({ exec, cluster, environment, clock }: ExecOptions): Promise<Reading<ExecCredential>> {
  const apiVersion = exec.apiVersion ?? DEFAULT_VERSION
  const spec = { interactive: false, ...(exec.provideClusterInfo === true ? { cluster } : {}) }
  const info = JSON.stringify({ apiVersion, kind: 'ExecCredential', spec })
  const env = { ...environment, ...Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value])), KUBERNETES_EXEC_INFO: info }
  const output = await run(exec, env)
  const { credential, expiresAt: expiryDate } = parsed(exec.command, output)
  const now = clock.now()
  // By our own clock, which stays right when the time of day is set.
  const expiresAt = expiryDate === undefined ? undefined : now + expiryDate - clock.date().getTime()
  // Renewed a tenth of its life early, a minute at the least.
  const freshUntil = expiresAt === undefined ? NO_EXPIRY : expiresAt - Math.max(60_000, (expiresAt - now) / 10)
  // One that lives shorter than that is still not asked for with every request.
  return { value: credential, freshUntil: Math.max(freshUntil, now + 1_000), ...(expiresAt === undefined ? {} : { expiresAt }) }
}

function run({ command, args, installHint }: ExecConfig, env: Record<string, string | undefined>): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, [...(args ?? [])], { env, timeout: PATIENCE_MS, maxBuffer: 4 * 1024 * 1024 }, (error, stdout) => {
      if (!error) return resolve(stdout)
      const hint = error.code === 'ENOENT' && installHint !== undefined ? ` ${installHint}` : ''
      // Neither its output, nor its arguments, nor the cause, which has both: any of them may hold a secret.
      reject(new Error(`the credential program ${command} ${endOf(error)}.${hint}`))
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

const RUN_IT = 'its output is not shown, as it may hold a secret; run the command of users[].user.exec in the kubeconfig to see it'

function endOf({ code, signal, killed }: ExecFileException): string {
  if (code === 'ENOENT') return 'was not found'
  if (typeof code === 'string') return `could not be run (${code})`
  if (killed === true) return `did not end within ${PATIENCE_MS / 1_000} seconds; ${RUN_IT}`
  return `failed with ${typeof code === 'number' ? `exit code ${code}` : `signal ${signal ?? 'unknown'}`}; ${RUN_IT}`
}
