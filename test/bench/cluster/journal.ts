/** What an emulated cloud was asked, read from the process that it is in. */
import { get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { get as getSecurely } from 'node:https'
import { text } from 'node:stream/consumers'
import type { Call } from '../../../emulators/cloud/journal.ts'

/** Where an emulated cloud is found. */
export interface CloudAt {
  readonly url: string
  /** PEM; absent: it serves plain HTTP. */
  readonly authority?: string
}

/** All calls so far. */
export async function journalOf({ url, authority }: CloudAt): Promise<readonly Call[]> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const journal = `${url}/_fairlead/journal`
  const request = authority === undefined ? get(journal, resolve) : getSecurely(journal, { ca: authority }, resolve)
  request.on('error', reject)
  const lines = (await text(await promise)).split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as Call)
}
