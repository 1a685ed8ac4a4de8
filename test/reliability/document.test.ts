/** What a shared document costs, and who is served when a part of it is refused. */
import { expect, test } from 'vitest'
import { bind } from '../../src/provider/bind.ts'
import { inMemoryCloud, inMemoryProvider } from '../in-memory/index.ts'
import { service, wish } from '../in-memory/wishes.ts'
import { Process, type Services } from './process.ts'

const many = (n: number, ports: (i: number) => number[] = (i) => [1000 + i]): Services =>
  new Map(Array.from({ length: n }, (_, i) => [service(`s${i}`), wish(ports(i), { settings: { targets: 'nodes' } })]))

test('500 Services created at once cost one group, 500 addresses and one write of the document', async () => {
  const cloud = inMemoryCloud()
  await new Process(bind(inMemoryProvider(cloud))).reconcile(many(500))
  expect(cloud.rules).toHaveLength(500)
  expect(cloud.journal.writes.filter((write) => write.includes('document'))).toHaveLength(1)
  expect(cloud.journal.writes).toHaveLength(502)
})
