/** A real API server takes what the chart makes: every field is known, every value valid, and its Pods pass admission where only restricted ones do. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noRealApiServer, type RealApiServer, startRealApiServer } from '../kubernetes/real-api-server.ts'
import { type Admin, adminOf } from './admin.ts'
import { type Manifest, noHelm, only, podTemplate, RELEASE, render } from './helm.ts'
import { ON_THE_NODE, VALUE_SETS } from './value-sets.ts'

const absent = noRealApiServer() ?? noHelm()
if (absent !== undefined) console.log(`skipped: the chart against a real API server: ${absent}`)

const accounts = `/api/v1/namespaces/${RELEASE.namespace}/serviceaccounts`

/** The rest is the Prometheus operator's; `monitoring.test.ts` looks at that. */
function isOfKubernetes({ apiVersion }: Manifest): boolean {
  return !apiVersion.startsWith('monitoring.coreos.com/')
}

describe.skipIf(absent !== undefined)('a real API server', () => {
  let server: RealApiServer
  let admin: Admin

  beforeAll(async () => {
    server = await startRealApiServer()
    admin = adminOf(server)
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted', 'pod-security.kubernetes.io/enforce-version': 'latest' }
    await admin.call('POST', '/api/v1/namespaces', { metadata: { name: RELEASE.namespace, labels } })
  }, 120_000)
  afterAll(async () => {
    await admin?.[Symbol.asyncDispose]()
    await server?.stop()
  })

  /** The Pod that a ReplicaSet would make of the Deployment, on trial. Its account has to be there, as in the cluster. */
  const admit = async (manifests: readonly Manifest[]): Promise<void> => {
    const { metadata, spec } = podTemplate(only(manifests, 'Deployment'))
    const name = spec.serviceAccountName
    if ((await admin.find(`${accounts}/${name}`)) === undefined) await admin.call('POST', accounts, { metadata: { name } })
    await admin.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: 'trial', namespace: RELEASE.namespace }, spec }, { dryRun: true })
  }

  test.each(Object.entries(VALUE_SETS))('takes it, and its Pod as a restricted one: %s', async (_, values) => {
    const manifests = await render(values)
    for (const manifest of manifests.filter(isOfKubernetes)) await admin.apply(manifest, { dryRun: true })
    await expect(admit(manifests)).resolves.toBeUndefined()
  })

  test("on the node's network its Pod is refused where only restricted ones may be, for that reason alone", async () => {
    const manifests = await render(ON_THE_NODE)
    for (const manifest of manifests) await admin.apply(manifest, { dryRun: true })
    const refused = await admit(manifests).catch(String)
    expect(refused).toMatch(/violates PodSecurity.*host namespaces \(hostNetwork=true\)/)
    expect(refused).not.toMatch(/privileged=|runAsNonRoot|seccompProfile|capabilities/)
  })

  test('would not take a field that is not there', async () => {
    const deployment = only(await render(ON_THE_NODE), 'Deployment')
    await expect(admin.apply({ ...deployment, bogus: true }, { dryRun: true })).rejects.toThrow('bogus')
  })
})
