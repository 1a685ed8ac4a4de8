/** A shared document of many Services, and a cloud that does not like some of it. */
import { bind } from '../../src/provider/engine/bind.ts'
import { CloudError } from '../../src/provider/cloud-error.ts'
import { type InMemoryCloud, inMemoryProvider, type InMemoryStep } from '../in-memory/index.ts'
import { service, wish } from '../in-memory/wishes.ts'
import { Process, type Services } from './process.ts'

export const STACK = 'balancer-internet-facing'
export const FORBIDDEN = 666

export const many = (n: number, ports: (i: number) => number[] = (i) => [1000 + i]): Services =>
  new Map(Array.from({ length: n }, (_, i) => [service(`s${i}`), wish(ports(i), { settings: { targets: 'nodes' } })]))

export function start(cloud: InMemoryCloud): Process {
  return new Process(bind(inMemoryProvider(cloud)))
}

/** The cloud refuses documents with the forbidden port, and tells whose it is or not. Answers how often it did. */
export function forbid(cloud: InMemoryCloud, tells: boolean): () => number {
  let refused = 0
  cloud.answer = (step) => {
    const bad = 'rules' in step ? step.rules.find(({ port }) => port === FORBIDDEN) : undefined
    if (bad === undefined) return undefined
    refused++
    return new CloudError('refused', { reason: 'Refused', publicMessage: 'this port is not allowed', ...(tells ? { blames: [bad.owner.uid] } : {}) })
  }
  return () => refused
}

export function answerAll(cloud: InMemoryCloud, isMeant: (step: InMemoryStep) => boolean, error: CloudError): void {
  cloud.answer = (step) => (isMeant(step) ? error : undefined)
}

export const portsOf = (cloud: InMemoryCloud, name: string): number[] => cloud.rules.filter(({ owner }) => owner.name === name).map(({ port }) => port)
export const documents = (cloud: InMemoryCloud): number => cloud.journal.writes.filter((write) => write.includes('document')).length
export const later = (publicMessage: string): CloudError => new CloudError('later', { reason: 'Waiting', publicMessage })
