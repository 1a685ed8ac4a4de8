/** A Google Cloud that answers in turn, below the real SDK: what is written is seen as it would leave. */
import { beforeAll } from 'vitest'
import type { GcpApi } from '../../../providers/gcp/api/calls.ts'
import { LIMITS } from '../../../providers/gcp/api/calls.ts'
import { gcpClient } from '../../../providers/gcp/api/client.ts'
import { ANONYMOUS, type Identity } from '../../../providers/gcp/api/identity.ts'
import type { Received, Sdk, SdkOptions, Sent, Transport } from '../../../providers/gcp/api/sdk.ts'
import { withSmallerSdk } from '../../../providers/gcp/api/smaller-sdk.ts'
import { createBudget } from '../../../src/provider/kit/budget.ts'
import { ManualClock } from '../../clock.ts'

export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Of JSON. */
  readonly body?: unknown
  /** In place of JSON. */
  readonly text?: string
}

export function replyOf({ status = 200, headers = {}, body, text = JSON.stringify(body ?? {}) }: Reply): Received {
  return { status, headers, body: text }
}

type Open = (options: SdkOptions) => Promise<Sdk>

/** The SDK's clients are made once for all tests of a file; where their requests go is another place in each. */
export function realSdk(): (transport: Transport, identity?: Identity) => Sdk {
  let shared: Sdk
  let [current, who]: [Transport, Identity] = [async () => replyOf({}), ANONYMOUS]
  beforeAll(async () => {
    const { openSdk } = (await withSmallerSdk(() => import('../../../providers/gcp/api/sdk.ts'))) as { readonly openSdk: Open }
    const identity: Identity = { headers: (url) => who.headers(url), refuse: () => who.refuse() }
    shared = await openSdk({ version: '1.2.3', identity, transport: (...sent) => current(...sent) })
  })
  return (transport, identity = ANONYMOUS) => {
    current = transport
    who = identity
    return { send: (...sent) => shared.send(...sent) }
  }
}

export interface World {
  readonly asked: readonly Sent[]
  readonly clock: ManualClock
  readonly api: GcpApi
}

/** An error that is thrown stands for an answer that is lost. */
export function worldOf(sdkOf: ReturnType<typeof realSdk>): (...replies: readonly (Reply | Error)[]) => World {
  return (...replies) => {
    const [asked, left] = [[] as Sent[], [...replies]]
    const clock = new ManualClock()
    const sdk = sdkOf(async (request) => {
      asked.push(request)
      const reply = left.shift() ?? { status: 500, body: { error: {} } }
      if (reply instanceof Error) throw reply
      return replyOf(reply)
    })
    return { asked, clock, api: gcpClient({ sdk, seed: 'seed', budget: createBudget(LIMITS, clock), clock }) }
  }
}

/** Lets the time pass, a second after the other, until the work is done. */
export async function passing<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  const state = { isDone: false }
  const done = work.finally(() => (state.isDone = true))
  while (!state.isDone) await clock.advance(1_000)
  return done
}
