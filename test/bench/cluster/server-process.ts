/**
 * A populated API server in a process of its own, started by `remote-server.ts`. It tells when a client has read everything: when Services, Nodes and
 * EndpointSlices are watched, which comes after their lists.
 */
import type { Population } from './populate.ts'
import { populate, startServer } from './populate.ts'

export type Reported = { readonly url: string } | { readonly watchedAt: number }

const WATCHED = ['services', 'nodes', 'endpointslices'] as const
const LOOK_MS = 10

const server = await startServer()
populate(server.cluster, JSON.parse(process.argv[2] ?? '{}') as Population)
process.send?.({ url: server.url } satisfies Reported)

/** Any message begins the next round. */
process.on('message', () => {
  const seen = server.journal.entries.length
  const look = setInterval(() => {
    const watches = new Set(server.journal.entries.slice(seen).flatMap(({ verb, resource }) => (verb === 'watch' ? [resource] : [])))
    if (!WATCHED.every((resource) => watches.has(resource))) return
    clearInterval(look)
    process.send?.({ watchedAt: Date.now() } satisfies Reported)
  }, LOOK_MS)
})
process.on('disconnect', () => process.exit())
