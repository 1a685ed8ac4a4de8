/** Whose token it is, and what that user may do, as a real API server says. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type Connection } from '../../../src/kubernetes/cluster.ts'
import { systemClock } from '../../../src/model/clock.ts'
import { silentLog } from '../../../src/model/log.ts'
import { httpTransport } from '../../../src/kubernetes/transport.ts'
import { accessOf } from '../../../src/kubernetes/kubeconfig.ts'
import { until } from '../../until.ts'
import { noRealApiServer, type RealApiServer, startRealApiServer } from '../real-api-server.ts'

const reason = noRealApiServer()
if (reason !== undefined) console.warn(`skipped: reviews by a real API server: ${reason}`)

const { signal } = new AbortController()
const LIST_SERVICES = { group: '', resource: 'services', verb: 'list' }

describe.skipIf(reason !== undefined)('a real API server says', () => {
  let server: RealApiServer
  let connection: Connection
  beforeAll(async () => {
    server = await startRealApiServer({ users: { 'token-of-ann': 'ann', 'token-of-ben': 'ben' } })
    const common = { kubeconfig: server.kubeconfigFile, clock: systemClock, log: silentLog }
    connection = await connect({ ...common, userAgent: 'test' })
    const transport = httpTransport({
      access: await accessOf({ ...common, environment: {} }),
      clock: systemClock,
      userAgent: 'test',
      limit: { acquire: async () => {} },
    })
    const rbac = async (kind: 'ClusterRole' | 'ClusterRoleBinding', more: object): Promise<unknown> => {
      const body = { apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata: { name: 'lists-services' }, ...more }
      return transport.json({ method: 'POST', path: `/apis/rbac.authorization.k8s.io/v1/${kind.toLowerCase()}s`, body, signal })
    }
    const apiGroup = 'rbac.authorization.k8s.io'
    await rbac('ClusterRole', { rules: [{ apiGroups: [''], resources: ['services'], verbs: ['list'] }] })
    const subjects = [{ apiGroup, kind: 'User', name: 'ann' }]
    await rbac('ClusterRoleBinding', { roleRef: { apiGroup, kind: 'ClusterRole', name: 'lists-services' }, subjects })
    await transport.close()
  })
  afterAll(async () => {
    await connection?.close()
    await server?.stop()
  })

  test('who holds a token, and that it knows another one not', async () => {
    expect(await connection.reviews.userOf('token-of-ann', signal)).toMatchObject({ username: 'ann', groups: ['system:authenticated'] })
    expect(await connection.reviews.userOf('stranger', signal)).toBeUndefined()
  })

  test('who may list Services, and who may not', async () => {
    const mayList = async (name: string): Promise<boolean> => {
      const user = await connection.reviews.userOf(`token-of-${name}`, signal)
      return user !== undefined && connection.reviews.mayUser(user, LIST_SERVICES, signal)
    }
    // The server takes up a new role a moment after it has answered.
    await until(() => mayList('ann'))
    expect(await mayList('ben')).toBe(false)
  })
})
