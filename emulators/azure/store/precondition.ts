/** `If-Match` and `If-None-Match`. */
import { StaleVersion } from '../../cloud/versions.ts'
import { Refusal } from '../arm/refusal.ts'
import { keyOf } from '../schema/ids.ts'
import type { Subscription } from './subscription.ts'

export interface Preconditions {
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
}

/** `id`: the document. Throws a Refusal, 412. */
export function checkPreconditions({ versions }: Subscription, id: string, { ifMatch, ifNoneMatch }: Preconditions): void {
  try {
    versions.check(keyOf(id), { given: ifMatch === undefined || ifMatch === '*' ? ifMatch : weak(ifMatch) })
  } catch (error) {
    if (!(error instanceof StaleVersion)) throw error
    throw failed({
      code: 'PreconditionFailedEtagMismatch',
      message: `Etag provided in if-match header ${error.given} does not match etag ${error.current} of resource ${id} in NRP data store.`,
    })
  }
  if (ifNoneMatch === '*' && versions.of(keyOf(id)) !== undefined) {
    throw failed({ code: 'PreconditionFailedResourceExists', message: `Resource ${id} exists, and the request has the header If-None-Match: *.` })
  }
}

/** `invalid` is compared as `W/"invalid"`. */
function weak(tag: string): string {
  return `W/"${tag.trim().replace(/^W\//, '').replaceAll('"', '')}"`
}

const failed = (detail: { readonly code: string; readonly message: string }): Refusal =>
  new Refusal('PreconditionFailed', 'Precondition failed.', { status: 412, details: [detail] })
