/** A subscription of its own for each test, requests to it in process, and short ways to make things. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { type AzureEmulator, type AzureOptions, IMMEDIATE, type Json, type JsonObject, startAzure } from '../../../../emulators/azure/index.ts'
import { type Got, ask } from '../../../cloud/ask.ts'

export const VERSION = '2025-05-01'

export interface Given {
  readonly azure: AzureEmulator
  /** `/subscriptions/S/resourceGroups/G/providers/Microsoft.Network` */
  readonly base: string
  /** `path`: within `base`, or from the top where it begins with a slash. */
  send(method: string, path: string, body?: Json, headers?: Readonly<Record<string, string>>): Promise<Got>
  get(path: string): Promise<JsonObject>
  put(path: string, body: JsonObject, headers?: Readonly<Record<string, string>>): Promise<Got>
  /** A load balancer on the first reserved address, with a pool, a probe and a rule, changed as asked. */
  balancer(properties?: JsonObject, name?: string): JsonObject
  /** The id of a part of a load balancer. */
  part(path: string): JsonObject
}

/** Time stands still; nothing takes any, unless the options say so. */
export async function given(options: AzureOptions = {}): Promise<Given> {
  const azure = await startAzure({ virtualTime: true, tls: false, ...options, delays: { ...IMMEDIATE, ...options.delays } })
  onTestFinished(() => azure.close())
  const base = `/subscriptions/${azure.cloud.subscription}/resourceGroups/${azure.cloud.ids.resourceGroup}/providers/Microsoft.Network`
  const send: Given['send'] = (method, path, body, headers = {}) => {
    const full = path.startsWith('/') ? path : `${base}/${path}`
    return ask(azure, { method, path: full.includes('api-version=') ? full : `${full}${full.includes('?') ? '&' : '?'}api-version=${VERSION}`, body, headers })
  }
  return {
    azure,
    base,
    send,
    get: async (path) => (await send('GET', path)).body,
    put: (path, body, headers) => send('PUT', path, body, headers),
    balancer: (properties = {}, name = 'lb') => balancer({ base, azure, name }, properties),
    part: (path) => ({ id: `${base}/loadBalancers/${path}` }),
  }
}

function balancer({ base, azure, name }: { readonly base: string; readonly azure: AzureEmulator; readonly name: string }, properties: JsonObject): JsonObject {
  const own = `${base}/loadBalancers/${name}`
  return {
    location: azure.cloud.location,
    sku: { name: 'Standard' },
    properties: {
      frontendIPConfigurations: [{ name: 'web', properties: { publicIPAddress: { id: azure.cloud.ids.addresses[0] } } }],
      backendAddressPools: [{ name: 'nodes' }],
      probes: [{ name: 'kube-proxy', properties: { protocol: 'Http', port: 10_256, requestPath: '/healthz', intervalInSeconds: 5, probeThreshold: 2 } }],
      loadBalancingRules: [ruleOf(own, { name: 'web-80' })],
      ...properties,
    },
  }
}

/** A rule for port 80 from the frontend `web` to the pool `nodes`, changed as asked. */
export function ruleOf(balancerId: string, { name, ...changed }: JsonObject & { readonly name: string }): JsonObject {
  return {
    name,
    properties: {
      frontendIPConfiguration: { id: `${balancerId}/frontendIPConfigurations/web` },
      backendAddressPool: { id: `${balancerId}/backendAddressPools/nodes` },
      probe: { id: `${balancerId}/probes/kube-proxy` },
      protocol: 'Tcp',
      frontendPort: 80,
      backendPort: 80,
      enableFloatingIP: true,
      ...changed,
    },
  }
}

/** An inbound rule for TCP 80 from everywhere, changed as asked. */
export function securityRule(changed: JsonObject = {}): JsonObject {
  return {
    properties: {
      protocol: 'Tcp',
      access: 'Allow',
      direction: 'Inbound',
      priority: 500,
      sourceAddressPrefix: '*',
      sourcePortRange: '*',
      destinationAddressPrefix: '*',
      destinationPortRange: '80',
      ...changed,
    },
  }
}

export function address(changed: JsonObject = {}): JsonObject {
  return { location: 'westeurope', sku: { name: 'Standard' }, properties: { publicIPAllocationMethod: 'Static', ...changed } }
}

export const propertiesOf = (body: JsonObject): JsonObject => body['properties'] as JsonObject

export const listOf = (body: JsonObject, name: string): readonly JsonObject[] => propertiesOf(body)[name] as readonly JsonObject[]

/** A member that is a text. */
export function textOf(body: JsonObject, name: string): string {
  const value = body[name]
  if (typeof value !== 'string') throw new Error(`${name} is ${JSON.stringify(value)}`)
  return value
}

/** Pools with these members by address. */
export function members({ azure }: Given, ...addresses: readonly string[]): JsonObject {
  return {
    properties: {
      virtualNetwork: { id: azure.cloud.ids.virtualNetwork },
      loadBalancerBackendAddresses: addresses.map((ipAddress) => ({ name: `m-${ipAddress}`, properties: { ipAddress } })),
    },
  }
}

/** The most telling code of a refusal, or the status of an answer that is none. */
export function outcome({ status, body }: Got): string {
  const error = body['error'] as { readonly code: string; readonly details?: readonly { readonly code: string }[] } | undefined
  return error === undefined ? String(status) : (error.details?.[0]?.code ?? error.code)
}

/** A rule in words, what is done, and how it ends. */
export type Rule = readonly [title: string, play: (given: Given) => Promise<Got>, expected: string]

/** Each rule in a subscription of its own. */
export function rules(title: string, all: readonly Rule[], options: AzureOptions = {}): void {
  describe(`rules: ${title}`, () => {
    for (const [name, play, expected] of all) {
      test(`${name}: ${expected}`, async () => {
        expect(outcome(await play(await given(options)))).toBe(expected)
      })
    }
  })
}
