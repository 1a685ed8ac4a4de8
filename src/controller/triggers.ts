/** What a change in the cluster means for us: pure, and deaf to heartbeats and to our own writes. */
import type { Service } from '../model/cluster.ts'
import { DEFAULTS_ANNOTATIONS, STACK_ANNOTATIONS, stackAnnotationOf, UPSTREAM_MARK } from '../model/names.ts'
import type { Change } from '../kubernetes/cluster.ts'

export type Trigger =
  /** The Service may ask for something else now: it and its Stacks are reconciled. */
  | { readonly kind: 'request'; readonly namespace: string; readonly name: string }
  /** What we write was changed, by us or by another program: the Service is reconciled, its Stacks are not. */
  | { readonly kind: 'status'; readonly namespace: string; readonly name: string }
  /** The pods behind a Service changed. */
  | { readonly kind: 'endpoints'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'nodes' }
  /** The labels of a namespace changed, by which the operator's policy may choose it. */
  | { readonly kind: 'namespace'; readonly namespace: string }

export function triggerOf(change: Change): Trigger | undefined {
  switch (change.resource) {
    case 'services': {
      const { namespace, name, before, after } = change
      return { kind: before !== undefined && after !== undefined && asksTheSame(before, after) ? 'status' : 'request', namespace, name }
    }
    case 'endpointslices':
      return change.serviceName === undefined ? undefined : { kind: 'endpoints', namespace: change.namespace, name: change.serviceName }
    case 'nodes':
      return { kind: 'nodes' }
    case 'namespaces':
      return { kind: 'namespace', namespace: change.name }
    default:
      return change satisfies never
  }
}

/** Whether only a controller has changed a Service: all but the status, the finalizers and what we note in annotations. */
function asksTheSame(before: Service, after: Service): boolean {
  return asked(before) === asked(after)
}

function asked({ metadata, spec }: Service): string {
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => !isWrittenByUs(key))
  const { uid, deletionTimestamp, labels, otherAnnotations } = metadata
  return JSON.stringify([uid, deletionTimestamp, labels, otherAnnotations, annotations.toSorted(([x], [y]) => (x < y ? -1 : 1)), spec])
}

function isWrittenByUs(key: string): boolean {
  return key.startsWith(STACK_ANNOTATIONS) || key.startsWith(DEFAULTS_ANNOTATIONS) || key === UPSTREAM_MARK
}

/** The Stacks that a Service says it is in. */
export function stacksNamed(service: Service, provider: string): readonly string[] {
  const value = service.metadata.annotations?.[stackAnnotationOf(provider)] ?? ''
  return value.split(',').filter((stack) => stack !== '')
}
