/** The Lease against servers that answer for themselves: the emulated API server, and a real one where there is one. */
import { describe, expect, test } from 'vitest'
import { connect, type Connection } from '../../../src/kubernetes/cluster.ts'
import { campaign } from '../../../src/kubernetes/lease.ts'
import { systemClock } from '../../../src/model/clock.ts'
import { silentLog } from '../../../src/model/log.ts'
import { SERVERS, type Server } from '../../controller/server.ts'
import { setUpForTests } from '../../set-up.ts'
import { until } from '../../until.ts'

const PATH = '/apis/coordination.k8s.io/v1/namespaces/default/leases/fairlead'
const { signal } = new AbortController()

for (const { name, absent } of SERVERS) if (absent !== undefined) console.log(`skipped: the Lease on ${name}: ${absent}`)

describe.each(SERVERS)('on $name', ({ absent, start }) => {
  describe.skipIf(absent !== undefined)('a Lease', () => {
    let server: Server
    let connection: Connection

    setUpForTests(
      async () => {
        server = await start()
        connection = await connect({ kubeconfig: server.kubeconfigFile, userAgent: 'fairlead-test', clock: systemClock, log: silentLog })
      },
      async () => {
        await connection?.close()
        await server?.stop()
      },
    )

    test('that is deleted under its holder is made again, renewed, and held by the same process', async () => {
      const { api } = connection
      const times = { durationMs: 15_000, renewDeadlineMs: 10_000, retryMs: 50 }
      const leader = campaign({ api, clock: systemClock, log: silentLog, namespace: 'default', name: 'fairlead', clusterId: 'c1', identity: 'a', ...times })
      await leader.elected
      const first = await api.getLease('default', 'fairlead', signal)
      await server.user('DELETE', PATH)
      await until(async () => {
        const lease = await api.getLease('default', 'fairlead', signal)
        return lease !== undefined && lease.spec.acquireTime !== first?.spec.acquireTime
      })
      const again = await api.getLease('default', 'fairlead', signal)
      await until(async () => (await api.getLease('default', 'fairlead', signal))?.spec.renewTime !== again?.spec.renewTime)
      expect([leader.mayWrite(), again?.spec.holderIdentity]).toEqual([true, 'a'])
      await leader.release()
    })
  })
})
