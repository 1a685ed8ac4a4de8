/** Operations as the Compute API shows them. */
import type { JsonObject } from '../../cloud/json.ts'
import { type Begun, Busy, type Operation } from '../../cloud/operations.ts'
import { notReady } from '../compute/refusal.ts'
import { type Compute, idFrom } from './compute.ts'
import type { Resource } from './resource-type.ts'
import { timeText } from './time.ts'

export interface OperationRecord {
  readonly project: string
  readonly scope: string
  readonly target: string
  readonly targetId: string
}

export interface Begin extends Pick<Begun, 'kind' | 'ms' | 'effects' | 'requestId'> {
  readonly target: Resource
}

/** Begins an operation on a resource; while another runs on it, it is refused as not ready. */
export function begin(compute: Compute, { target, ...begun }: Begin): Operation {
  try {
    const operation = compute.operations.begin({ ...begun, document: target.path, whenBusy: 'refuse' })
    const { project, scope, path, id } = target
    compute.records.set(operation.id, { project, scope, target: path, targetId: id })
    return operation
  } catch (error) {
    if (error instanceof Busy) throw notReady(target.path)
    throw error
  }
}

/** `base`: `http://127.0.0.1:PORT/compute/v1/` */
export function showOperation(operation: Operation, { project, scope, target, targetId }: OperationRecord, base: string): JsonObject {
  const { id: name, kind, startedAt, endsAt, status, failure } = operation
  const isDone = status !== 'running'
  const [scopeType = ''] = scope.split('/')
  return {
    kind: 'compute#operation',
    id: idFrom(name),
    name,
    operationType: kind,
    targetLink: `${base}${target}`,
    targetId,
    status: isDone ? 'DONE' : 'RUNNING',
    user: 'user@example.com',
    progress: isDone ? 100 : 0,
    insertTime: timeText(startedAt),
    startTime: timeText(startedAt),
    ...(isDone ? { endTime: timeText(endsAt) } : {}),
    ...(failure === undefined
      ? {}
      : {
          httpErrorStatusCode: failure.status ?? 400,
          httpErrorMessage: REASONS[failure.status ?? 400] ?? 'BAD REQUEST',
          error: { errors: [{ code: failure.code, message: failure.message }] },
        }),
    selfLink: `${base}projects/${project}/${scope}/operations/${name}`,
    ...(scope === 'global' ? {} : { [scopeType.slice(0, -1)]: `${base}projects/${project}/${scope}` }),
  }
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'BAD REQUEST',
  403: 'FORBIDDEN',
  404: 'NOT FOUND',
  409: 'CONFLICT',
  412: 'PRECONDITION FAILED',
  500: 'INTERNAL SERVER ERROR',
  503: 'SERVICE UNAVAILABLE',
}
