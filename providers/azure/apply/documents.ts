/** How a document is written, deleted and waited for, whichever it is. */
import { CloudError } from '../../../src/provider/cloud-error.ts'
import type { Step } from '../../../src/provider/provider.ts'
import type { Document } from '../api/documents.ts'
import { hasFailed, isBusy, type Operation, type Part } from '../view.ts'
import type { Context } from './context.ts'

/** Undefined: the object is there no more. */
export type Change<D extends Document> = Part<D> | undefined

interface Target<D extends Document> {
  readonly id: string
  readonly known: Part<D> | undefined
}

/** Resolves to the object with the operation that was begun, if it takes time. */
export async function write<D extends Document>(
  { account: { api }, signal }: Context,
  { id, known, body, etag, serves }: Target<D> & { readonly body: D; readonly etag: string | undefined; readonly serves: Step['serves'] },
): Promise<Part<D>> {
  const { document, operation: begun } = await api.put<D>(id, body, etag, signal)
  const part: Part<D> = { id, document }
  if (begun === undefined && !isBusy(part)) return part
  return { ...part, operation: { ...operationFor(known, serves), ...(begun === undefined ? {} : { url: begun.url }) } }
}

/** What it changes, with what an earlier one that it contains has not finished. */
function operationFor<D extends Document>(known: Part<D> | undefined, serves: Step['serves']): Operation<D> {
  const before = known?.operation === undefined ? known?.document : known.operation.before
  const of = [...new Set([...(known?.operation?.of ?? []), ...serves.map(({ uid }) => uid)])]
  return { of, ...(before === undefined ? {} : { before }) }
}

/** Undefined: it is gone already. */
export async function remove<D extends Document>(
  { account: { api }, signal }: Context,
  { id, known, etag, serves }: Target<D> & { readonly etag: string | undefined; readonly serves: Step['serves'] },
): Promise<Change<D>> {
  const { operation: begun } = await api.remove(id, etag, signal)
  if (begun === undefined || known === undefined) return undefined
  return { ...known, operation: { ...operationFor(known, serves), url: begun.url, isDeletion: true } }
}

interface Awaiting {
  /** How long until it is worth asking again, in milliseconds. */
  readonly afterMs: number
  /** Its document is long: the operation is polled, and the document is read when that has ended. Otherwise the document itself says how it stands. */
  readonly isLong: boolean
}

/** Asks once. Resolves to the object when its change has ended. Throws `later` while it runs, and what it failed with. */
export async function settled<D extends Document>(
  { account: { api }, signal }: Context,
  { id, known }: Target<D>,
  { afterMs, isLong }: Awaiting,
): Promise<Change<D>> {
  const { url, isDeletion } = known?.operation ?? {}
  const poll = async (): Promise<void> => {
    if (url !== undefined && (await api.poll(url, signal)).state === 'running') throw stillRunning(afterMs)
  }
  if (isLong) await poll()
  const document = await api.get<D>(id, signal)
  if (document === undefined) return undefined
  const part = { id, document }
  if (isBusy(part)) throw stillRunning(afterMs)
  // It is there all the same, or it failed: the operation says why.
  if (!isLong && (isDeletion === true || hasFailed(part))) await poll()
  return part
}

function stillRunning(afterMs: number): CloudError {
  return new CloudError('later', { reason: 'Progressing', publicMessage: 'Azure is carrying out the change', afterMs })
}
