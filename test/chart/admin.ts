/** The cluster's administrator, without kubectl: plain requests to a real API server. */
import { Agent, request } from 'undici'
import type { RealApiServer } from '../kubernetes/real-api-server.ts'
import type { Manifest } from './helm.ts'

export interface Admin extends AsyncDisposable {
  /** Throws with what the server said when it refuses. PATCH is a merge patch, unless the body is a list: then it is a JSON patch. */
  call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<Manifest>
  /** The same; a 404 is undefined. */
  find(path: string): Promise<Manifest | undefined>
  /** A server-side apply that refuses unknown fields. With `dryRun` everything is checked and nothing is kept. */
  apply(manifest: Manifest, options?: { readonly dryRun?: boolean }): Promise<void>
}

export function adminOf({ url, ca, token }: RealApiServer): Admin {
  const agent = new Agent({ connect: { ca } })
  const send = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, how: { body?: object; contentType?: string } = {}) => {
    const { body, contentType = 'application/json' } = how
    const headers = { authorization: `Bearer ${token}`, 'content-type': contentType }
    const answer = await request(`${url}${path}`, { method, dispatcher: agent, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
    return { status: answer.statusCode, text: await answer.body.text() }
  }
  const must = ({ status, text }: { status: number; text: string }, what: string): Manifest => {
    if (status >= 300) throw new Error(`${what}: ${status} ${text}`)
    return JSON.parse(text) as Manifest
  }
  const patchType = (body: object | undefined): string => `application/${Array.isArray(body) ? 'json-patch' : 'merge-patch'}+json`
  return {
    async call(method, path, body) {
      const how = { ...(body === undefined ? {} : { body }), ...(method === 'PATCH' ? { contentType: patchType(body) } : {}) }
      return must(await send(method, path, how), `${method} ${path}`)
    },
    async find(path) {
      const answer = await send('GET', path)
      return answer.status === 404 ? undefined : must(answer, `GET ${path}`)
    },
    async apply(manifest, { dryRun = false } = {}) {
      const path = `${pathOf(manifest)}?fieldManager=test&fieldValidation=Strict${dryRun ? '&dryRun=All' : ''}`
      must(await send('PATCH', path, { body: manifest, contentType: 'application/apply-patch+yaml' }), `${manifest.kind} ${manifest.metadata.name}`)
    },
    [Symbol.asyncDispose]: () => agent.close(),
  }
}

const PLURALS: Readonly<Record<string, string>> = { PodDisruptionBudget: 'poddisruptionbudgets', NetworkPolicy: 'networkpolicies' }

/** Where an object lives. */
export function pathOf({ apiVersion, kind, metadata: { namespace, name } }: Manifest): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const folder = namespace === undefined ? '' : `/namespaces/${namespace}`
  return `${root}${folder}/${PLURALS[kind] ?? `${kind.toLowerCase()}s`}/${name}`
}
