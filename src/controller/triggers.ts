/** What a change in the cluster means for us: pure, and deaf to heartbeats and to our own writes. */
import type { Service } from '../model/cluster.ts'
import { STACK_ANNOTATIONS, stackAnnotationOf } from '../model/names.ts'
import type { Change } from '../kubernetes/cluster.ts'

export type Trigger =
  /** The Service may ask for something else now: its Stacks are converged, and it is told. */
  | { readonly kind: 'wish'; readonly namespace: string; readonly name: string }
  /** What we write was changed, by us or by somebody else: the Service is told again if need be, and no Stack is looked at. */
  | { readonly kind: 'told'; readonly namespace: string; readonly name: string }
  /** The pods behind a Service changed. */
  | { readonly kind: 'endpoints'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'nodes' }

export function triggerOf(change: Change): Trigger | undefined {
  switch (change.resource) {
    case 'services': {
      const { namespace, name, before, after } = change
      return { kind: before !== undefined && after !== undefined && asksTheSame(before, after) ? 'told' : 'wish', namespace, name }
    }
    case 'endpointslices':
      return change.serviceName === undefined ? undefined : { kind: 'endpoints', namespace: change.namespace, name: change.serviceName }
    case 'nodes':
      return { kind: 'nodes' }
    default:
      return change satisfies never
  }
}

/** Whether two versions of a Service ask for the same: all but the status, the finalizers and where we noted its Stacks. */
function asksTheSame(before: Service, after: Service): boolean {
  return asked(before) === asked(after)
}

function asked({ metadata, spec }: Service): string {
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => !key.startsWith(STACK_ANNOTATIONS))
  return JSON.stringify([metadata.uid, metadata.deletionTimestamp, annotations.toSorted(([a], [b]) => (a < b ? -1 : 1)), spec])
}

/** The Stacks that a Service says it is in. */
export function stacksNamed(service: Service, provider: string): readonly string[] {
  const value = service.metadata.annotations?.[stackAnnotationOf(provider)] ?? ''
  return value.split(',').filter((stack) => stack !== '')
}
