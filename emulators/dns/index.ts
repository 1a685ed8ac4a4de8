/** The cluster's DNS: a server on loopback that answers from the cluster's objects, as they are when it is asked. */
import type { ClusterAccess } from '../kubernetes/resource.ts'
import { type Answer, answer, type Question } from './answer.ts'
import { type Records, recordsOf } from './records.ts'
import { LOOPBACK, startDnsServer } from './server.ts'

export interface DnsOptions {
  readonly cluster: ClusterAccess
  /** 0 takes a free one. */
  readonly port: number
}

export interface Dns {
  readonly ip: string
  /** Of UDP and TCP. */
  readonly port: number
  /** What a client is answered, without the packets. */
  answerTo(question: Question): Answer
  close(): Promise<void>
}

export type { Answer, Question } from './answer.ts'
export type { DnsRecord } from './record.ts'

const READ = ['namespaces', 'services', 'endpointslices', 'pods']

/** Rejects when the port cannot be had. */
export async function startDns({ cluster, port }: DnsOptions): Promise<Dns> {
  let records: Records | undefined
  let turn = 0
  const current = (): Records => {
    const list = (resource: string) => cluster.list(resource)
    records ??= recordsOf({ namespaces: list('namespaces'), services: list('services'), endpointSlices: list('endpointslices'), pods: list('pods') })
    return records
  }
  const answerTo = (question: Question): Answer => answer(question, current(), turn++)
  const server = await startDnsServer({ port, answerTo })
  const unsubscribe = READ.map((resource) =>
    cluster.subscribe(resource, () => {
      records = undefined
    }),
  )
  return {
    ip: LOOPBACK,
    port: server.port,
    answerTo,
    async close() {
      for (const stop of unsubscribe) stop()
      await server.close()
    },
  }
}
