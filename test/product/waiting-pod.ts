/** In the stead of a kubelet: a pod that runs, and that waits for its load balancer by a readiness gate. */
import type { Admin } from '../chart/admin.ts'
import { eventually } from '../until.ts'

const GATE = 'fairlead.dev/target-health'
const namespace = 'default'
const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`
const pods = `/api/v1/namespaces/${namespace}/pods`

export interface WaitingPod {
  /** As an endpoint of a slice names it. */
  readonly targetRef: object
  /** Resolves when its gate is open; answers what the condition says. */
  opened(): Promise<string>
}

export async function runWaitingPod(admin: Admin, name: string, ip: string): Promise<WaitingPod> {
  // The controller manager would have made it.
  if ((await admin.find(`${accounts}/default`)) === undefined) await admin.call('POST', accounts, { metadata: { name: 'default' } })
  const spec = { containers: [{ name: 'web', image: 'web' }], readinessGates: [{ conditionType: GATE }] }
  const { metadata } = await admin.call('POST', pods, { metadata: { name }, spec })
  const status = { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions: [{ type: 'ContainersReady', status: 'True' }] }
  await admin.call('PATCH', `${pods}/${name}/status`, { status })
  const gate = async (): Promise<Condition | undefined> => {
    const pod = (await admin.call('GET', `${pods}/${name}`)) as unknown as { readonly status: { readonly conditions: readonly Condition[] } }
    return pod.status.conditions.find(({ type }) => type === GATE)
  }
  return {
    targetRef: { kind: 'Pod', namespace, name, uid: metadata['uid'] },
    async opened() {
      await eventually(
        () => gate(),
        (found) => found?.status === 'True',
      )
      return (await gate())?.message ?? ''
    },
  }
}

interface Condition {
  readonly type: string
  readonly status: string
  readonly message?: string
}
