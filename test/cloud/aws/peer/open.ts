/** Finds on an endpoint of AWS what aws-load-balancer-controller needs there: the VPC with subnets for load balancers, the nodes, two certificates. */
import { DescribeInstancesCommand, DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { askJson } from '../../../unit/emulators/aws/ask-json.ts'
import type { Peer } from './calls.ts'

export interface OpenPeer {
  readonly peer: Peer
  /** ARNs. */
  readonly certificates: readonly string[]
  readonly close: () => void
}

export async function openPeer(endpoint: string): Promise<OpenPeer> {
  const config = { endpoint, region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1 }
  const [elb, ec2] = [new ElasticLoadBalancingV2Client(config), new EC2Client(config)]
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ Filters: [{ Name: 'tag:kubernetes.io/role/elb', Values: ['', '1'] }] }))
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}))
  const nodes = Reservations.flatMap(({ Instances = [] }) => Instances).flatMap(({ InstanceId }) => InstanceId ?? [])
  const { body } = await askJson(endpoint, 'CertificateManager.ListCertificates')
  const certificates = (body['CertificateSummaryList'] ?? []) as readonly { readonly CertificateArn: string }[]
  return {
    peer: { elb, ec2, vpcId: Subnets[0]?.VpcId ?? '', nodes },
    certificates: certificates.map(({ CertificateArn }) => CertificateArn),
    close() {
      elb.destroy()
      ec2.destroy()
    },
  }
}
