/** What must be known to talk to Google Cloud: from the settings, else from the machine; and who the controller is. */
import { type AuthClient, type GoogleAuth, OAuth2Client } from 'google-auth-library'
import { describe, expect, it, test } from 'vitest'
import { type GcpSettings, readGcpConfig } from '../../../providers/gcp/api/config.ts'
import { identityOfChain } from '../../../providers/gcp/api/credentials.ts'

const whole: GcpSettings = { clusterId: 'c1', project: 'shop', region: 'europe-west1', network: 'default' }
const nowhere = async () => ({})
const machine = async () => ({ project: 'p-machine', region: 'r-machine', network: 'projects/n/global/networks/machine' })

describe('the configuration', () => {
  it('makes ids of names', async () => {
    expect(await readGcpConfig({ ...whole, subnetwork: 'nodes' }, nowhere)).toEqual({
      clusterId: 'c1',
      project: 'shop',
      region: 'europe-west1',
      network: 'projects/shop/global/networks/default',
      networkProject: 'shop',
      subnetwork: 'projects/shop/regions/europe-west1/subnetworks/nodes',
      firewallTargets: {},
    })
  })

  it('of a shared network has its subnets and firewall rules in the project of the network', async () => {
    expect(await readGcpConfig({ ...whole, network: 'projects/host/global/networks/shared', subnetwork: 'nodes' }, nowhere)).toMatchObject({
      project: 'shop',
      networkProject: 'host',
      subnetwork: 'projects/host/regions/europe-west1/subnetworks/nodes',
    })
  })

  it('takes from the machine what is not set, and asks it only then', async () => {
    const { project: _, ...rest } = whole
    expect(await readGcpConfig(rest, machine)).toMatchObject({ project: 'p-machine', region: 'europe-west1' })
    await expect(readGcpConfig(whole, () => Promise.reject(new Error('asked')))).resolves.toMatchObject({ project: 'shop' })
  })

  test.each(['project', 'region', 'network'] as const)('names the setting that is missing: %s', async (name) => {
    await expect(readGcpConfig({ ...whole, [name]: undefined }, nowhere)).rejects.toThrow(`--gcp-${name} is not set`)
  })

  it('takes no subnet of another region', async () => {
    await expect(readGcpConfig({ ...whole, subnetwork: 'projects/shop/regions/us-east1/subnetworks/a' }, nowhere)).rejects.toThrow(
      'which is not in the region europe-west1',
    )
  })

  test.each([
    [{ nodeTags: ['nodes'] }, { targetTags: ['nodes'] }],
    [{ nodeServiceAccounts: ['n@shop'] }, { targetServiceAccounts: ['n@shop'] }],
    [{}, {}],
  ])('narrows firewall rules by one thing, or by none: %o', async (targets, expected) => {
    expect((await readGcpConfig({ ...whole, ...targets }, nowhere)).firewallTargets).toEqual(expected)
  })

  it('refuses two kinds of targets', async () => {
    await expect(readGcpConfig({ ...whole, nodeTags: ['a'], nodeServiceAccounts: ['b'] }, nowhere)).rejects.toThrow('allowed: one of them')
  })
})

describe('the identity', () => {
  const URL = 'https://compute.googleapis.com/'

  /** Google's own client, whose tokens a function makes. */
  function clientOf(...tokens: readonly string[]): AuthClient {
    const [client, left] = [new OAuth2Client(), [...tokens]]
    client.refreshHandler = async () => ({ access_token: left.shift() ?? '', expiry_date: Date.now() + 3_600_000 })
    return client
  }

  const chainOf = (...found: readonly (() => AuthClient)[]) => {
    const left = [...found]
    return { getClient: async () => left.shift()?.() } as unknown as GoogleAuth
  }

  it('keeps a token until Google does not take it', async () => {
    const identity = identityOfChain(chainOf(() => clientOf('one', 'two')))
    const used = [await identity.headers(URL), await identity.headers(URL)]
    identity.refuse()
    expect([...used, await identity.headers(URL)].map((headers) => headers.get('authorization'))).toEqual(['Bearer one', 'Bearer one', 'Bearer two'])
  })

  it('that is not there is asked for again', async () => {
    const none = () => {
      throw new Error('Could not load the default credentials')
    }
    const identity = identityOfChain(chainOf(none, () => clientOf('one')))
    await expect(identity.headers(URL)).rejects.toMatchObject({ name: 'NoCredentials' })
    expect((await identity.headers(URL)).get('authorization')).toBe('Bearer one')
  })
})
