import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readAwsConfig, type Surroundings } from '../../../providers/aws/api/config.ts'
import { instanceMetadata } from '../../../providers/aws/api/metadata.ts'

const nowhere: Surroundings = { region: async () => undefined, metadata: { region: async () => undefined, vpcId: async () => undefined } }
const everywhere: Surroundings = {
  region: async () => 'eu-central-1',
  metadata: { region: async () => 'us-east-1', vpcId: async () => 'vpc-0a' },
}

describe('region and VPC', () => {
  test('a setting takes precedence over the environment, that before the instance', async () => {
    const said = { clusterId: 'c', region: 'eu-west-1', vpcId: 'vpc-0b' }
    expect(await readAwsConfig(said, everywhere)).toEqual(said)
    expect(await readAwsConfig({ clusterId: 'c' }, everywhere)).toEqual({ clusterId: 'c', region: 'eu-central-1', vpcId: 'vpc-0a' })
    expect(await readAwsConfig({ clusterId: 'c' }, { ...everywhere, region: async () => undefined })).toMatchObject({ region: 'us-east-1' })
  })

  test.each([
    [{ clusterId: 'c' }, '--aws-region is not set'],
    [{ clusterId: 'c', region: 'eu-west-1' }, '--aws-vpc-id is not set'],
  ])('what nobody tells is an error that names the setting: %o', async (settings, text) => {
    await expect(readAwsConfig(settings, nowhere)).rejects.toThrow(text)
  })
})

describe('the instance metadata service', () => {
  async function serve(pages: Readonly<Record<string, string>>): Promise<string> {
    const server = createServer((request, response) => {
      const path = request.url ?? ''
      const isToken = request.method === 'PUT' && path === '/latest/api/token' && request.headers['x-aws-ec2-metadata-token-ttl-seconds'] !== undefined
      const page = isToken ? 'token' : request.headers['x-aws-ec2-metadata-token'] === 'token' ? pages[path] : undefined
      response.writeHead(page === undefined ? (request.headers['x-aws-ec2-metadata-token'] === undefined ? 401 : 404) : 200).end(page)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  test('tells the region, and the VPC of the first interface', async () => {
    const metadata = instanceMetadata(
      await serve({
        '/latest/meta-data/placement/region': 'eu-west-1',
        '/latest/meta-data/mac': '0a:00:00:00:00:01',
        '/latest/meta-data/network/interfaces/macs/0a:00:00:00:00:01/vpc-id': 'vpc-0a1b2c3d\n',
      }),
    )
    expect([await metadata.region(), await metadata.vpcId()]).toEqual(['eu-west-1', 'vpc-0a1b2c3d'])
  })

  test('that does not know is no error', async () => {
    const metadata = instanceMetadata(await serve({}))
    expect([await metadata.region(), await metadata.vpcId()]).toEqual([undefined, undefined])
  })

  test('that is not there is no error', async () => {
    const metadata = instanceMetadata('http://127.0.0.1:1')
    expect([await metadata.region(), await metadata.vpcId()]).toEqual([undefined, undefined])
  })
})
