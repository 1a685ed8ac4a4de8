/**
 * The environment of a container, in the kubelet's order (makeEnvironmentVariables in kubernetes/kubernetes pkg/kubelet/kubelet_pods.go): what the runtime sets,
 * Services, `envFrom`, `env`; a later one overrides an earlier one. Pure.
 */
import type { ApiObject } from '../../kubernetes/resource.ts'
import { expanded } from './expansion.ts'
import { fieldOf, type PodPlace } from './pod-field.ts'
import { serviceVariables } from './service-variables.ts'

export interface EnvironmentSource extends PodPlace {
  readonly container: Container
  readonly hostname: string
  /** All of the cluster, as they are when the container starts. */
  readonly services: readonly ApiObject[]
  /** The data of a ConfigMap or Secret of the pod's namespace; undefined: there is none of that name. */
  readonly dataOf: (kind: 'configmaps' | 'secrets', name: string) => ReadonlyMap<string, string> | undefined
}

export interface Container {
  readonly name: string
  readonly env?: readonly EnvVar[]
  readonly envFrom?: readonly EnvFrom[]
}

interface EnvVar {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: {
    readonly fieldRef?: { readonly fieldPath?: string }
    readonly configMapKeyRef?: KeyRef
    readonly secretKeyRef?: KeyRef
  }
}

interface Ref {
  readonly name?: string
  readonly optional?: boolean
}

interface KeyRef extends Ref {
  readonly key?: string
}

interface EnvFrom {
  readonly prefix?: string
  readonly configMapRef?: Ref
  readonly secretRef?: Ref
}

export interface Environment {
  readonly variables: ReadonlyMap<string, string>
  /** Why others, which the container asks for, are left out. */
  readonly leftOut: readonly string[]
}

/** What containerd sets where an image says nothing. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** As much as Linux takes in one variable (MAX_ARG_STRLEN), and as an object of the API can hold in all. */
const [MOST_IN_ONE, MOST_IN_ALL] = [131_072, 1_048_576]

/** What a kubelet would wait for is left out, with the reason: the container starts without it. */
export function environmentOf(source: EnvironmentSource): Environment {
  const { pod, container, hostname, services } = source
  const spec = pod['spec'] as { readonly enableServiceLinks?: boolean }
  const links = serviceVariables(services, { namespace: pod.metadata.namespace ?? 'default', enableServiceLinks: spec.enableServiceLinks !== false })
  const own = new Map<string, string>()
  const leftOut: string[] = []
  let room = MOST_IN_ALL
  const set = (name: string, value: string): void => {
    room -= name.length + value.length
    if (room >= 0) own.set(name, value)
    else leftOut.push(`${name}: the variables of a container are ${MOST_IN_ALL} characters at most`)
  }
  for (const [name, value] of (container.envFrom ?? []).flatMap((from) => importedFrom(from, source, leftOut))) set(name, value)
  for (const variable of container.env ?? []) {
    const value = valueOf(variable, source, (name) => own.get(name) ?? links.get(name))
    if (typeof value === 'string') set(variable.name, value)
    else if (value !== undefined) leftOut.push(`${variable.name}: ${value.because}`)
  }
  return { variables: new Map([['PATH', PATH], ['HOSTNAME', hostname], ...links, ...own]), leftOut }
}

interface Missing {
  readonly because: string
}

/** Undefined: it is optional, and not there. */
function valueOf({ value = '', valueFrom }: EnvVar, source: EnvironmentSource, known: (name: string) => string | undefined): string | Missing | undefined {
  if (valueFrom === undefined) return expanded(value, known, MOST_IN_ONE) ?? { because: `its value is longer than ${MOST_IN_ONE} characters` }
  const { fieldRef, configMapKeyRef, secretKeyRef } = valueFrom
  if (fieldRef !== undefined) {
    const { fieldPath = '' } = fieldRef
    return fieldOf(source, fieldPath) ?? { because: `the playground does not know the field ${fieldPath}` }
  }
  if (configMapKeyRef !== undefined) return keyOf(configMapKeyRef, source, 'configmaps')
  if (secretKeyRef !== undefined) return keyOf(secretKeyRef, source, 'secrets')
  return { because: 'the playground knows valueFrom with fieldRef, configMapKeyRef and secretKeyRef' }
}

const KINDS = { configmaps: 'ConfigMap', secrets: 'Secret' } as const

function keyOf({ name = '', key = '', optional = false }: KeyRef, { dataOf }: EnvironmentSource, kind: keyof typeof KINDS): string | Missing | undefined {
  const data = dataOf(kind, name)
  const value = data?.get(key)
  if (value !== undefined || optional) return value
  return { because: data === undefined ? `there was no ${KINDS[kind]} ${name}` : `the ${KINDS[kind]} ${name} had no key ${key}` }
}

function importedFrom({ prefix = '', configMapRef, secretRef }: EnvFrom, { dataOf }: EnvironmentSource, leftOut: string[]): readonly [string, string][] {
  const [kind, ref] = configMapRef === undefined ? (['secrets', secretRef] as const) : (['configmaps', configMapRef] as const)
  const data = dataOf(kind, ref?.name ?? '')
  if (data === undefined && ref?.optional !== true) leftOut.push(`envFrom: there was no ${KINDS[kind]} ${ref?.name ?? ''}`)
  return [...(data ?? [])].map(([key, value]) => [`${prefix}${key}`, value])
}
