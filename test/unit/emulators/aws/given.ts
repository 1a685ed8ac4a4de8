/** A cloud of its own for each test, and the official clients on it. */
import { EC2Client } from '@aws-sdk/client-ec2'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api'
import { onTestFinished } from 'vitest'
import { type AwsEmulator, type AwsOptions, IMMEDIATE, startAws } from '../../../../emulators/aws/index.ts'

export interface Given {
  readonly aws: AwsEmulator
  readonly elb: ElasticLoadBalancingV2Client
  readonly ec2: EC2Client
  readonly tagging: ResourceGroupsTaggingAPIClient
}

/** Time stands still; nothing takes any, unless the options say so. */
export async function given(options: AwsOptions = {}): Promise<Given> {
  const aws = await startAws({ virtualTime: true, ...options, delays: { ...IMMEDIATE, ...options.delays } })
  const config = { endpoint: aws.url, region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1 }
  const clients = { elb: new ElasticLoadBalancingV2Client(config), ec2: new EC2Client(config), tagging: new ResourceGroupsTaggingAPIClient(config) }
  onTestFinished(async () => {
    for (const client of Object.values(clients)) client.destroy()
    await aws.close()
  })
  return { aws, ...clients }
}

/** The code on the wire of what a call was refused with; `done` when it was not. */
export async function outcome(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'done'
  } catch (error) {
    const { Code, name } = error as { readonly Code?: string; readonly name: string }
    return Code ?? name
  }
}
