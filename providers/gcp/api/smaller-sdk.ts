/**
 * The SDK without what it loads in vain. Its clients read a description of all of Compute Engine, of which we use eleven services in 129, and load gRPC, which
 * Compute Engine does not speak. Measured with eleven clients and 200 calls (Node 24.21, resident, of which 42 MB are Node's): 207 MB in 5.3 s as it comes; 112 MB
 * in 0.3 s with the services in use alone; 95 MB without gRPC too. `google-auth-library` alone, with calls of our own over it, has 65 MB.
 */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

/** By their names in the description; those of `clients.js`. */
const SERVICES = [
  'Addresses',
  'Firewalls',
  'ForwardingRules',
  'GlobalOperations',
  'InstanceGroups',
  'NetworkEndpointGroups',
  'RegionBackendServices',
  'RegionHealthChecks',
  'RegionOperations',
  'Subnetworks',
  'ZoneOperations',
] as const

/** Of the SDK's files: the description. */
export const DESCRIPTION = /@google-cloud[\\/]compute[\\/]build[\\/]protos[\\/]protos\.json$/
/** Who asks for `google-gax`: the clients alone are to get less of it. */
export const CLIENT = /@google-cloud[\\/]compute[\\/]build[\\/]src[\\/]v1[\\/]\w+_client\.js$/
/** Of the package `google-gax`, beside its main file: all of it that speaks JSON. */
export const REST_GAX = /google-gax[\\/]build[\\/]src[\\/]fallback\.js$/
/** What the clients use of the main file beyond that. */
const REST_GAX_TOO = "\nexports.loggingUtils = require('google-logging-utils')\n"

interface Type {
  readonly fields?: Readonly<Record<string, { readonly type: string }>>
  readonly nested?: Readonly<Record<string, Type>>
  readonly methods?: Readonly<Record<string, { readonly requestType: string; readonly responseType: string }>>
}

interface Namespace extends Type {
  readonly nested: Readonly<Record<string, Namespace>>
}

/** The description with the services in use, and the types that they lead to. Throws an Error where one of them is not in it. */
export function smallerDescription(text: string): string {
  const google = (JSON.parse(text) as Namespace).nested['google'] as Namespace
  const { nested: all } = ['cloud', 'compute', 'v1'].reduce<Namespace>((space, name) => space.nested[name] as Namespace, google)
  const used = new Map<string, Type>()
  const take = (name: string): void => {
    const type = all[name]
    if (type === undefined || used.has(name)) return
    used.set(name, type)
    for (const other of namesIn(type)) take(other)
  }
  for (const service of SERVICES) {
    if (all[service] === undefined) throw new Error(`the description of Compute Engine has no service ${service}`)
    take(service)
  }
  const v1 = { nested: Object.fromEntries(used) }
  const { api, protobuf } = google.nested
  return JSON.stringify({ nested: { google: { nested: { api, protobuf, cloud: { nested: { compute: { nested: { v1 } } } } } } } })
}

/** What the methods and fields of a type, and of the types inside it, refer to. */
function namesIn({ fields = {}, nested = {}, methods = {} }: Type): readonly string[] {
  const called = Object.values(methods).flatMap(({ requestType, responseType }) => [requestType, responseType])
  return [...called, ...Object.values(fields).map(({ type }) => type.split('.')[0] ?? type), ...Object.values(nested).flatMap(namesIn)]
}

/** The source of `REST_GAX` as it takes the place of the main file. */
export function restGax(source: string): string {
  return `${source}${REST_GAX_TOO}`
}

/** Loads with the smaller SDK. In a bundle it is smaller already (`build.ts`), and nothing is loaded that this would change. */
export async function withSmallerSdk<T>(load: () => Promise<T>): Promise<T> {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== 'google-gax' || !CLIENT.test(context.parentURL ?? '')) return next(specifier, context)
      const main = next(specifier, context)
      return { ...main, url: new URL('fallback.js', main.url).href }
    },
    load(url, context, next) {
      if (DESCRIPTION.test(url)) return { format: 'json', source: smallerDescription(sourceOf(url)), shortCircuit: true }
      if (REST_GAX.test(url)) return { format: 'commonjs', source: restGax(sourceOf(url)), shortCircuit: true }
      return next(url, context)
    },
  })
  try {
    return await load()
  } finally {
    hooks.deregister()
  }
}

function sourceOf(url: string): string {
  return readFileSync(fileURLToPath(url), 'utf8')
}
