/** The local provider notices by itself what an inventory would find only later: the whole controller, over a data plane on paper. */
import { expect, test } from 'vitest'
import { localProvider } from '../../providers/local/provider.ts'
import { parsePools } from '../../providers/local/config.ts'
import type { LoadCloud } from '../../src/cli/clouds.ts'
import { ANNOTATION_SETS } from '../../providers/index.ts'
import { createMetrics } from '../../src/observability/metrics.ts'
import { serve } from '../../src/cli/serve.ts'
import { readSettings } from '../../src/config.ts'
import { connect } from '../../src/kubernetes/cluster.ts'
import { systemClock } from '../../src/model/clock.ts'
import { silentLog } from '../../src/model/log.ts'
import { bind } from '../../src/provider/engine/bind.ts'
import { startCluster } from '../product/stand.ts'
import { temporaryFolder } from '../product/program.ts'
import { FakeDataPlane } from '../unit/local/fake-data-plane.ts'
import { until } from '../until.ts'

test('a frontend that loses its socket is repaired at once, or its Service reports why it cannot be', async () => {
  await using folder = await temporaryFolder()
  await using cluster = await startCluster(folder)
  const plane = new FakeDataPlane()
  const loadCloud: LoadCloud = async (_, { log }) => {
    const pools = parsePools(['127.0.10.0/24'])
    const provider = localProvider({ dataPlane: plane, reach: { kind: 'direct' }, pools, lowestPort: async () => 1, portOffset: 0, kubeProxy: true })
    return { cloud: bind(provider, { log }), isOnPaper: false, onDrift: (listener) => plane.onLost(() => listener('local')), close: async () => undefined }
  }
  const connection = await connect({ kubeconfig: cluster.kubeconfigFile, userAgent: 'test', clock: systemClock, log: silentLog })
  const abort = new AbortController()
  const settings = readSettings('run', { flags: { http: 'off', 'leader-elect': false }, environment: {} })
  const program = {
    annotations: ANNOTATION_SETS,
    allProviders: ['local'],
    metrics: createMetrics(),
    loadCloud,
    clock: systemClock,
    log: silentLog,
    version: 'test',
    unique: 'test',
  }
  const serving = serve({ connection, settings, ...program, signal: abort.signal })
  try {
    await cluster.deploy('web', 1)
    cluster.expose('web', { spec: { ports: [{ port: 80 }] } })
    await cluster.reported('web', 'Ready')
    const [key = ''] = plane.frontends.keys()

    plane.lose(key)
    await until(() => cluster.eventsOf('web').includes('Repaired'))
    expect(plane.states()).toMatchObject([{ listening: true, lost: false }])

    plane.unbindable.set('80', 'EADDRINUSE')
    plane.lose(key)
    expect(await cluster.reported('web', 'Conflict')).toContain('in use by another program')
    expect(cluster.addressOf('web'), 'its address stays').toBe('127.0.10.1')
  } finally {
    abort.abort()
    await serving
    await connection.close()
  }
})
