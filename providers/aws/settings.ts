/** The settings of the AWS provider. */
import { choice, CLUSTER, endpoint, publish, type SettingTable, shaped, text } from '../../src/model/setting.ts'

export const settings = {
  'aws-region': publish(
    shaped(
      CLUSTER,
      'REGION',
      { pattern: /^[a-z]{2,}(-[a-z]+)+-\d+$/, allowed: 'a region like eu-west-1' },
      'AWS provider: the region of the cluster',
      "what the SDK's environment, a profile or the instance says",
    ),
  ),
  'aws-vpc-id': publish(
    shaped(
      CLUSTER,
      'ID',
      { pattern: /^vpc-[0-9a-f]+$/, allowed: 'the id of a VPC, like vpc-0a1b2c3d4e5f67890' },
      'AWS provider: the VPC in which the nodes are',
      'what the instance says',
    ),
  ),
  'aws-cluster-name': publish(
    text(
      CLUSTER,
      'NAME',
      'AWS provider: the cluster as in the tags kubernetes.io/cluster/NAME, by which subnets and the security groups of instances are distinguished',
    ),
  ),
  'aws-endpoint': publish(endpoint(CLUSTER, "AWS provider: the endpoint of the AWS APIs, in place of AWS' own")),
  partition: choice(['permissions'], ['aws', 'aws-cn', 'aws-us-gov'], 'aws: the partition of the account'),
} as const satisfies SettingTable
