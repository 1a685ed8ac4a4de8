/** What a real API server writes down of each request of some users: what was asked for, and whether it was let. */
import { readFile, writeFile } from 'node:fs/promises'
import type { Right } from '../../src/kubernetes/api.ts'
import type { Folder } from '../product/program.ts'

export interface Audited {
  /** What it took. A request for no object has its path for a resource. */
  readonly right: Right
  readonly decision: string
  readonly code: number
  /** Who asked. */
  readonly user: string
}

export interface Audit {
  /** For the API server. */
  readonly flags: readonly string[]
  /** All requests so far. The server writes a request down before its answer leaves. */
  read(): Promise<readonly Audited[]>
}

interface Entry {
  readonly verb: string
  readonly requestURI: string
  readonly user: { readonly username: string }
  readonly objectRef?: { readonly apiGroup?: string; readonly resource: string; readonly subresource?: string; readonly name?: string }
  readonly responseStatus?: { readonly code?: number }
  readonly annotations?: Readonly<Record<string, string>>
}

export async function auditOf(folder: Folder, users: readonly string[]): Promise<Audit> {
  const [policy, log] = [folder.file('audit-policy.yaml'), folder.file('audit.log')]
  const rules = [{ level: 'Metadata', users }, { level: 'None' }]
  await writeFile(policy, JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages: ['RequestReceived'], rules }))
  return {
    flags: ['--audit-policy-file', policy, '--audit-log-path', log],
    async read() {
      const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '')
      return lines.map((line) => audited(JSON.parse(line) as Entry))
    },
  }
}

function audited({ verb, requestURI, user, objectRef, responseStatus, annotations }: Entry): Audited {
  const { apiGroup: group = '', resource, subresource, name } = objectRef ?? { resource: requestURI }
  const right = { verb, group, resource, ...(subresource === undefined ? {} : { subresource }), ...(name === undefined ? {} : { name }) }
  return { right, decision: annotations?.['authorization.k8s.io/decision'] ?? 'none', code: responseStatus?.code ?? 0, user: user.username }
}
