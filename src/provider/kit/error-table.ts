/** From a cloud's error answer to our error: what its codes mean is a table of the adapter, and what decides where no row fits stands here. */
import { present } from '../../model/present.ts'
import { CloudError, type CloudErrorOptions } from '../cloud-error.ts'

/** What a code means. With `mayHaveEffect`, something may have been changed before the refusal. */
export interface Meaning<Call> extends Omit<CloudErrorOptions, 'publicMessage' | 'cause'> {
  readonly consequence: CloudError['consequence']
  /** The sentence for the Service's author. `said`: the cloud's own words, fit to be shown. */
  readonly describe: (said: string, call: Call) => string
}

export interface ErrorTable<Call extends { readonly name: string }> {
  /** The cloud, as the subject of a sentence. */
  readonly cloud: string
  /** Codes of one meaning, with spaces between them. */
  readonly byCode: readonly (readonly [Meaning<Call>, string])[]
  /** By `NAME CODE`: where the same code means something else for one call. */
  readonly byCall?: Readonly<Record<string, Meaning<Call>>>
  /** By HTTP status: codes that no row has. */
  readonly byStatus?: Readonly<Record<number, Meaning<Call>>>
}

/** An error in the cloud's own format. */
export interface ErrorAnswer {
  readonly code: string
  /** Of HTTP; 0: there is none, as in the result of an operation. */
  readonly status: number
  /** The cloud's own words without ids; may be empty. */
  readonly said: string
  /** How long the cloud asks to wait, in milliseconds; it takes precedence over the table. */
  readonly afterMs?: number
  /** The answer is the end of an operation that had begun. */
  readonly mayHaveEffect?: true
  /** As it was thrown: for the log. */
  readonly cause: unknown
}

/**
 * How errors are read by this table. A call's own row decides first, then the code's, then the HTTP status': clouds throttle with statuses that say something
 * else. What no row has is `refused` where the status is 4xx or an operation failed, and `unclear` otherwise.
 */
export function errorsBy<Call extends { readonly name: string }>({ cloud, byCode, byCall = {}, byStatus = {} }: ErrorTable<Call>) {
  const meanings = new Map(byCode.flatMap(([meaning, codes]) => codes.split(' ').map((code) => [code, meaning] as const)))
  return ({ code, status, said, afterMs, mayHaveEffect, cause }: ErrorAnswer, call: Call): CloudError => {
    const known = { ...present({ afterMs, mayHaveEffect }), cause }
    const meaning = byCall[`${call.name} ${code}`] ?? meanings.get(code) ?? byStatus[status]
    if (meaning !== undefined) {
      const { consequence, describe, ...options } = meaning
      return new CloudError(consequence, { ...options, ...known, publicMessage: describe(said, call) })
    }
    const isRefusal = mayHaveEffect === true || (status >= 400 && status < 500)
    if (isRefusal) return new CloudError('refused', { reason: 'Refused', ...known, publicMessage: said === '' ? code : `${said} (${code})` })
    const publicMessage = `${call.name} failed at ${cloud} (${code}, HTTP ${status})`
    return new CloudError('unclear', { reason: 'CloudUnavailable', blames: [], ...known, publicMessage })
  }
}
