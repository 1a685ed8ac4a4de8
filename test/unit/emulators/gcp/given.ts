/** A project of its own for each test, requests to it in process, and short ways to make things. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { type GcpEmulator, type GcpOptions, IMMEDIATE, type Json, type JsonObject, startGcp } from '../../../../emulators/gcp/index.ts'
import { type Got, ask } from '../../../cloud/ask.ts'

export interface Given {
  readonly gcp: GcpEmulator
  /** `path`: within the project, with R for its region and Z for its first zone: `regions/R/addresses`. */
  send(method: string, path: string, body?: Json): Promise<Got>
  get(path: string): Promise<JsonObject>
  /** An insert that must be accepted and end well. */
  make(path: string, body: JsonObject): Promise<JsonObject>
  /** Path of something in the project, as links name it. */
  link(path: string): string
}

/** Time stands still; nothing takes any, unless the options say so. */
export async function given(options: GcpOptions = {}): Promise<Given> {
  const gcp = await startGcp({ virtualTime: true, ...options, delays: { ...IMMEDIATE, ...options.delays } })
  onTestFinished(() => gcp.close())
  const { project, region, zones } = gcp.cloud
  const placed = (path: string): string => `projects/${project}/${path.replace('regions/R', `regions/${region}`).replace('zones/Z', `zones/${zones[0]!}`)}`
  const send: Given['send'] = (method, path, body) => ask(gcp, { method, path: `/compute/v1/${placed(path)}`, body })
  return {
    gcp,
    send,
    link: placed,
    get: async (path) => (await send('GET', path)).body,
    async make(path, body) {
      const got = await send('POST', path, body)
      expect([got.status, got.body['error'] ?? got.body['status']]).toEqual([200, 'DONE'])
      expect(got.body).not.toHaveProperty('error')
      return (await send('GET', `${path}/${body['name'] as string}`)).body
    },
  }
}

export const PATHS = {
  address: 'regions/R/addresses',
  rule: 'regions/R/forwardingRules',
  service: 'regions/R/backendServices',
  check: 'regions/R/healthChecks',
  firewall: 'global/firewalls',
  group: 'zones/Z/instanceGroups',
  endpointGroup: 'zones/Z/networkEndpointGroups',
} as const

export const check = (changed: JsonObject = {}): JsonObject => ({
  name: 'kube-proxy',
  type: 'HTTP',
  checkIntervalSec: 8,
  timeoutSec: 1,
  healthyThreshold: 1,
  unhealthyThreshold: 3,
  httpHealthCheck: { port: 10_256, requestPath: '/healthz' },
  ...changed,
})

export const service = (g: Given, changed: JsonObject = {}): JsonObject => ({
  name: 'web',
  protocol: 'TCP',
  loadBalancingScheme: 'EXTERNAL',
  healthChecks: [g.link('regions/R/healthChecks/kube-proxy')],
  ...changed,
})

export const rule = (g: Given, changed: JsonObject = {}): JsonObject => ({
  name: 'web',
  IPProtocol: 'TCP',
  ports: ['80'],
  loadBalancingScheme: 'EXTERNAL',
  backendService: g.link('regions/R/backendServices/web'),
  ...changed,
})

export const firewall = (g: Given, changed: JsonObject = {}): JsonObject => ({
  name: 'web',
  network: g.gcp.cloud.ids.network,
  allowed: [{ IPProtocol: 'tcp', ports: ['80'] }],
  sourceRanges: ['0.0.0.0/0'],
  ...changed,
})

/** Members of an internal rule. */
export const internal = (g: Given, subnetwork = 'nodes'): JsonObject => ({
  loadBalancingScheme: 'INTERNAL',
  subnetwork: g.gcp.cloud.ids.subnetworks[subnetwork],
})

/** With a health check and a backend service, changed as asked. */
export async function withService(options: GcpOptions = {}, changed: JsonObject = {}): Promise<Given> {
  const g = await given(options)
  await g.make(PATHS.check, check())
  await g.make(PATHS.service, service(g, changed))
  return g
}

/** The reason of a refusal, the code of an operation that failed, or how it stands. */
export function outcome({ status, body }: Got): string {
  const error = body['error'] as { readonly errors: readonly { readonly reason?: string; readonly code?: string }[] } | undefined
  const [first] = error?.errors ?? []
  const state = typeof body['status'] === 'string' ? ` ${body['status']}` : ''
  return first === undefined ? `${status}${state}` : status === 200 ? `operation ${first.code}` : `${status} ${first.reason}`
}

/** A rule in words, what is done, and how it ends. */
export type Rule = readonly [title: string, play: (given: Given) => Promise<Got>, expected: string]

/** Each rule in a project of its own, with a health check and a backend service. */
export function rules(title: string, all: readonly Rule[], { options, changed }: { readonly options?: GcpOptions; readonly changed?: JsonObject } = {}): void {
  describe(`rules: ${title}`, () => {
    for (const [name, play, expected] of all) {
      test(`${name}: ${expected}`, async () => {
        expect(outcome(await play(await withService(options, changed)))).toBe(expected)
      })
    }
  })
}
