/** The custom role for Google Cloud, as its reader creates it: the program prints it, and the real gcloud sends it to IAM, which an HTTP server stands for. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { writeFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { noGcloud } from './gcloud.ts'
import { run, runOther, temporaryFolder } from './program.ts'

const withoutGcloud = noGcloud()
if (withoutGcloud !== undefined) console.log(`skipped: the role that gcloud creates: ${withoutGcloud}`)

interface Created {
  readonly roleId: string
  readonly role: { readonly title: string; readonly stage: string; readonly includedPermissions: readonly string[] }
}

const SHARED = ['--gcp-project', 'shop-123456', '--gcp-network', 'projects/network-123456/global/networks/shared']

test.skipIf(withoutGcloud !== undefined).each([
  ['the project of the load balancers', [], ['compute.forwardingRules.create', 'compute.firewalls.create'], []],
  ['that project where the network is shared', SHARED, ['compute.forwardingRules.create'], ['compute.firewalls.create', 'compute.subnetworks.use']],
  ['the project that shares it', [...SHARED, '--with', 'host-project'], ['compute.firewalls.create'], ['compute.forwardingRules.create']],
])('gcloud creates the role for %s', { timeout: 120_000 }, async (_, flags, granted, others) => {
  await using folder = await temporaryFolder()
  const { out, exitCode } = await run(['permissions', 'gcp', ...flags])
  expect(exitCode).toBe(0)
  const file = folder.file('role.yaml')
  writeFileSync(file, out)
  const iam = await startIam()
  const environment = {
    CLOUDSDK_API_ENDPOINT_OVERRIDES_IAM: `${iam.url}/`,
    CLOUDSDK_AUTH_DISABLE_CREDENTIALS: 'true',
    CLOUDSDK_CONFIG: folder.file('gcloud'),
    CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
  }
  const made = await runOther('gcloud', ['iam', 'roles', 'create', 'fairlead', '--project', 'shop-123456', '--file', file], { environment })
  expect({ exitCode: made.exitCode, err: made.exitCode === 0 ? '' : made.err }).toEqual({ exitCode: 0, err: '' })
  expect(iam.created).toHaveLength(1)
  expect(iam.created[0]).toMatchObject({ roleId: 'fairlead', role: { stage: 'GA', includedPermissions: expect.arrayContaining(granted) as string[] } })
  expect(iam.created[0]?.role.includedPermissions.filter((one) => others.includes(one))).toEqual([])
})

/** As far as gcloud asks it for a new role. */
async function startIam(): Promise<{ readonly url: string; readonly created: readonly Created[] }> {
  const created: Created[] = []
  const server = createServer((request, response) => {
    void (async () => {
      const body = (await json(request)) as Created
      const isRole = request.url?.includes('/roles') === true
      if (isRole) created.push(body)
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(isRole ? { ...body.role, name: `projects/shop-123456/roles/${body.roleId}`, etag: 'AAAA' } : { permissions: [] }))
    })()
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, created }
}
