/** An API server for the controller's suite: the emulator, or the real one where KUBEBUILDER_ASSETS names it. The tests do not know which. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import { kubeconfig, startApiServer } from '../../emulators/kubernetes/index.ts'
import type { ClusterAccess } from '../../emulators/kubernetes/resource.ts'
import { RESOURCES } from '../../emulators/kubernetes/resources/index.ts'
import { noRealApiServer, startRealApiServer } from '../kubernetes/real-api-server.ts'

export interface Server {
  readonly kubeconfigFile: string
  /** What somebody with kubectl does: answers the object, throws `409 ...` and the like. */
  readonly user: (method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: object) => Promise<unknown>
  /** Its objects without a request, where it is in this process. */
  readonly cluster?: ClusterAccess
  readonly stop: () => Promise<void>
}

export interface ServerKind {
  readonly name: string
  /** Why it cannot be started here. */
  readonly absent: string | undefined
  readonly start: () => Promise<Server>
}

export const SERVERS: readonly ServerKind[] = [
  { name: 'the emulated API server', absent: undefined, start: startEmulated },
  { name: 'a real API server', absent: noRealApiServer(), start: startReal },
]

async function startEmulated(): Promise<Server> {
  const server = await startApiServer({ resources: RESOURCES })
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-controller-'))
  const kubeconfigFile = join(folder, 'kubeconfig')
  await writeFile(kubeconfigFile, kubeconfig(server))
  const agent = new Agent()
  const stop = async (): Promise<void> => {
    await agent.close()
    await server.close()
    await rm(folder, { recursive: true, force: true })
  }
  return { kubeconfigFile, user: userOf(server.url, agent, {}), cluster: server.cluster, stop }
}

async function startReal(): Promise<Server> {
  const server = await startRealApiServer()
  const agent = new Agent({ connect: { ca: server.ca } })
  const stop = async (): Promise<void> => {
    await agent.close()
    await server.stop()
  }
  return { kubeconfigFile: server.kubeconfigFile, user: userOf(server.url, agent, { authorization: `Bearer ${server.token}` }), stop }
}

function userOf(url: string, dispatcher: Agent, headers: Record<string, string>): Server['user'] {
  return async (method, path, body) => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const options = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await request(`${url}${path}`, { method, dispatcher, headers: { ...headers, 'content-type': type }, ...options })
    const text = await answer.body.text()
    if (answer.statusCode >= 300) throw new Error(`${answer.statusCode} ${method} ${path}: ${text}`)
    return JSON.parse(text) as unknown
  }
}
