/**
 * A document as it is sent: without what Azure writes alone, which it would ignore or, in some versions, refuse. All other members stay, whether we know them or
 * not.
 */
import type { Child, Document } from './documents.ts'

/** Of every object and child. */
const ENVELOPE = ['etag', 'type'] as const

/** Members of `properties` that are answers: states, and back-references to what refers to the object. */
const ANSWERS: ReadonlySet<string> = new Set([
  'provisioningState',
  'resourceGuid',
  'ipConfiguration',
  'backendIPConfigurations',
  'defaultSecurityRules',
  'subnets',
  'networkInterfaces',
  'flowLogs',
  'networkInterfaceIPConfiguration',
])

/** Lists of references on children of a load balancer that the load balancer's own lists say already. */
const BACK_REFERENCES: ReadonlySet<string> = new Set(['loadBalancingRules', 'outboundRules', 'outboundRule', 'inboundNatRules', 'inboundNatPools'])

export function bodyOf<D extends Document>(document: D): D {
  const properties = (document.properties ?? {}) as Readonly<Record<string, unknown>>
  const kept = Object.entries(properties).filter(([key]) => !ANSWERS.has(key))
  return without({ ...document, properties: Object.fromEntries(kept.map(([key, value]) => [key, isChildren(value) ? value.map(childBody) : value])) }) as D
}

function childBody(child: Child<object>): object {
  const kept = Object.entries(child.properties ?? {}).filter(([key]) => !ANSWERS.has(key) && !BACK_REFERENCES.has(key))
  const properties = Object.fromEntries(kept.map(([key, value]) => [key, isChildren(value) ? value.map(childBody) : value]))
  return without(child.properties === undefined ? child : { ...child, properties })
}

function without(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !ENVELOPE.some((name) => name === key)))
}

/** Whether it is a list of children, as opposed to texts or references. */
function isChildren(value: unknown): value is readonly Child<object>[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null && 'properties' in item)
}
