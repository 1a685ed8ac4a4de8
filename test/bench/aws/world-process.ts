/** An emulated account, and an API server if one is asked for, in a process of their own, started by `remote.ts`. */
import { populate, startServer, USUAL_NODE_PORTS } from '../cluster/populate.ts'
import { untilServed } from '../cluster/served.ts'
import { addInstance, placeOf, PROVIDER, startAccount } from './account.ts'
import type { Reported, WorldOptions } from './remote.ts'

const { instances, account, cluster } = JSON.parse(process.argv[2] ?? '{}') as WorldOptions
const aws = await startAccount(account)
for (let i = 0; i < instances; i++) addInstance(aws, i)
const server = cluster === undefined ? undefined : await startServer(USUAL_NODE_PORTS)
if (server !== undefined && cluster !== undefined) populate(server.cluster, { provider: PROVIDER, ...cluster, withNodePorts: cluster.services })

const tell = (reported: Reported): void => void process.send?.(reported)
tell({ place: placeOf(aws), ...(server === undefined ? {} : { api: server.url }) })
process.on('message', () => {
  if (server === undefined || cluster === undefined) throw new Error('there is no API server here')
  void untilServed(server.cluster, cluster.services).then(() => tell({ servedAt: Date.now() }))
})
process.on('disconnect', () => process.exit())
