/** What must be known to talk to AWS, found once. */
import type { Metadata } from './metadata.ts'
import { given } from '../read/from-sdk/require.ts'

/** As the settings say it. */
export interface AwsSettings {
  /** Marks what belongs to this cluster. */
  readonly clusterId: string
  /** As in the tags `kubernetes.io/cluster/NAME`, by which subnets and security groups are distinguished. */
  readonly clusterName?: string | undefined
  readonly region?: string | undefined
  readonly vpcId?: string | undefined
  /** Instead of AWS' own addresses. */
  readonly endpoint?: string | undefined
}

export interface AwsConfig {
  readonly clusterId: string
  readonly clusterName?: string
  readonly region: string
  readonly vpcId: string
  readonly endpoint?: string
}

export interface Surroundings {
  /** By the SDK's own chain: environment, profile. */
  readonly region: () => Promise<string | undefined>
  readonly metadata: Metadata
}

/** Throws an Error that names the setting and what is allowed. */
export async function readAwsConfig(settings: AwsSettings, { region: chain, metadata }: Surroundings): Promise<AwsConfig> {
  const region = settings.region ?? (await chain()) ?? (await metadata.region())
  if (region === undefined) {
    throw new Error(
      '--aws-region is not set, and neither AWS_REGION nor a profile nor the instance metadata service gives the region; allowed: a region like eu-west-1',
    )
  }
  const vpcId = settings.vpcId ?? (await metadata.vpcId())
  if (vpcId === undefined) {
    throw new Error(
      '--aws-vpc-id is not set, and the instance metadata service does not give the VPC (a Pod that is not on the host network reaches it with a hop limit of 2); ' +
        'allowed: the id of the VPC in which the nodes are, like vpc-0a1b2c3d4e5f67890',
    )
  }
  const { clusterId, clusterName, endpoint } = settings
  return { clusterId, region, vpcId, ...given('clusterName', clusterName), ...given('endpoint', endpoint) }
}
