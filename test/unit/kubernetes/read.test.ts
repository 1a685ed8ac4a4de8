import { expect, test } from 'vitest'
import { type KubernetesApi, KubernetesError, type Resource } from '../../../src/kubernetes/api.ts'
import { clusterReader } from '../../../src/kubernetes/read.ts'
import { node, service } from '../desired/given.ts'

const { signal } = new AbortController()

/** Answers pages by resource, the first first; a page that is an error is refused. `asked` has what was asked for, in the order in which it was. */
function serving(
  pages: Partial<Readonly<Record<Resource, readonly (readonly unknown[] | Error)[]>>>,
): Pick<KubernetesApi, 'list'> & { readonly asked: string[] } {
  const asked: string[] = []
  const list = async (resource: Resource, { continue: from = '0' }: { readonly continue?: string }): Promise<unknown> => {
    asked.push(`${resource} ${from}`)
    await Promise.resolve()
    const all = pages[resource] ?? [[]]
    const page = all[Number(from)] ?? []
    if (page instanceof Error) throw page
    return { items: page, resourceVersion: '1', ...(Number(from) + 1 < all.length ? { continue: String(Number(from) + 1) } : {}) }
  }
  return { asked, list: list as KubernetesApi['list'] }
}

test('lists all resources side by side, each to its last page', async () => {
  const api = serving({ services: [[service({}, { name: 'one' })], [service({}, { name: 'two' })]], nodes: [[node('a')]] })
  const reader = clusterReader({ api, signal })
  await reader.read('services', 'nodes')
  expect(api.asked).toEqual(['services 0', 'nodes 0', 'services 1'])
  expect([...reader.snapshot().services()].map(({ metadata }) => metadata.name)).toEqual(['one', 'two'])
  expect(reader.snapshot().nodes.map(({ metadata }) => metadata.name)).toEqual(['a'])
})

test('what is read later comes to what was read before', async () => {
  const reader = clusterReader({ api: serving({ services: [[service({}, { name: 'one' })]], nodes: [[node('a')]] }), signal })
  await reader.read('services')
  expect(reader.snapshot().nodes).toEqual([])
  await reader.read('nodes')
  expect([...reader.snapshot().services()]).toHaveLength(1)
  expect(reader.snapshot().nodes).toHaveLength(1)
})

test('a list that is refused ends the reading with the reason, and is not asked for again', async () => {
  const refused = new KubernetesError(403, 'Forbidden', 'nodes is forbidden')
  const api = serving({ nodes: [refused] })
  await expect(clusterReader({ api, signal }).read('services', 'nodes')).rejects.toBe(refused)
  expect(api.asked).toEqual(['services 0', 'nodes 0'])
})
