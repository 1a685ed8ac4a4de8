/** A real API server takes what the chart makes: every field is known, every value valid, and its Pods pass admission where only restricted ones do. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noRealApiServer, type RealApiServer, startRealApiServer } from '../kubernetes/real-api-server.ts'
import { type Admin, adminOf } from './admin.ts'
import { type Manifest, noHelm, only, podTemplate, RELEASE, render, renderHooks } from './helm.ts'
import { LOCAL, ON_THE_NODE, VALUE_SETS } from './value-sets.ts'

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

  /** The Pod that the cluster would make for a Deployment or a Job, on trial. Its account has to be there, as in the cluster. */
  const admit = async (workload: Manifest): Promise<void> => {
    const { metadata, spec } = podTemplate(workload)
    const name = spec.serviceAccountName
    if ((await admin.find(`${accounts}/${name}`)) === undefined) await admin.call('POST', accounts, { metadata: { name } })
    await admin.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: 'trial', namespace: RELEASE.namespace }, spec }, { dryRun: true })
  }

  test.each(Object.entries(VALUE_SETS))('takes it, and its Pod as a restricted one: %s', async (_, values) => {
    const manifests = await render(values)
    for (const manifest of manifests.filter(isOfKubernetes)) await admin.apply(manifest, { dryRun: true })
    await expect(admit(only(manifests, 'Deployment'))).resolves.toBeUndefined()
  })

  test.each(Object.entries(ON_THE_NODE))('takes it, and refuses its Pod as a restricted one for the network of the node alone: %s', async (_, values) => {
    const manifests = await render(values)
    for (const manifest of manifests.filter(isOfKubernetes)) await admin.apply(manifest, { dryRun: true })
    const refused = await admit(only(manifests, 'Deployment')).catch(String)
    expect(refused).toMatch(/violates PodSecurity.*host namespaces \(hostNetwork=true\)/)
    expect(refused).not.toMatch(/privileged=|runAsNonRoot|seccompProfile|capabilities/)
  })

  test.each(Object.entries({ ...VALUE_SETS, ...ON_THE_NODE }))('takes what an uninstall makes, and its Pod as a restricted one: %s', async (_, values) => {
    const hooks = await renderHooks(values)
    for (const hook of hooks) await admin.apply(hook, { dryRun: true })
    for (const job of hooks.filter(({ kind }) => kind === 'Job')) await expect(admit(job)).resolves.toBeUndefined()
  })

  test('would not take a field that is not there', async () => {
    const deployment = only(await render(LOCAL), 'Deployment')
    await expect(admin.apply({ ...deployment, bogus: true }, { dryRun: true })).rejects.toThrow('bogus')
  })
})
