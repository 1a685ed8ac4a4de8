/** The AWS CLI, as an operator uses it, against the emulator. It takes seconds to start, so that it is asked for little. */
import { expect, test } from 'vitest'
import { noCli, startCli } from './cli.ts'

const reason = noCli()
if (reason !== undefined) console.warn(`the test with the AWS CLI is skipped: ${reason}`)

test.skipIf(reason !== undefined)('the AWS CLI makes a load balancer and looks at it', { timeout: 240_000 }, async () => {
  await using cli = await startCli()
  const { ids } = cli.aws.cloud
  const instance = cli.aws.cloud.addInstance({ name: 'node-1', zone: 'a', secondaryIps: ['10.244.1.2'] })

  const [subnets, arn, targets] = await Promise.all([
    cli.run('ec2 describe-subnets --filters Name=tag:kubernetes.io/role/elb,Values=1 --query Subnets[].SubnetId'),
    cli.text(
      `elbv2 create-load-balancer --name web --type network --scheme internal --subnets ${ids.privateSubnets.join(' ')} --tags Key=team,Value=x --query LoadBalancers[0].LoadBalancerArn`,
    ),
    cli.text(`elbv2 create-target-group --name web --protocol TCP --port 80 --vpc-id ${ids.vpc} --target-type instance --query TargetGroups[0].TargetGroupArn`),
  ])
  expect(subnets).toEqual([...ids.publicSubnets].toSorted())
  const [, listener] = await Promise.all([
    cli.run(`elbv2 register-targets --target-group-arn ${targets} --targets Id=${instance},Port=30080`),
    cli.text(
      `elbv2 create-listener --load-balancer-arn ${arn} --protocol TCP --port 80 --default-actions Type=forward,TargetGroupArn=${targets} --query Listeners[0].ListenerArn`,
    ),
    cli.run(`ec2 authorize-security-group-ingress --group-id ${ids.nodeGroup} --protocol tcp --port 80 --cidr 203.0.113.9/24`),
  ])

  const [health, tags, found] = await Promise.all([
    cli.run(`elbv2 describe-target-health --target-group-arn ${targets} --query TargetHealthDescriptions[].TargetHealth.State`),
    cli.run(`elbv2 describe-tags --resource-arns ${arn} --query TagDescriptions[].Tags[]`),
    cli.run('resourcegroupstaggingapi get-resources --tag-filters Key=team --query ResourceTagMappingList[].ResourceARN'),
  ])
  expect([health, tags, found]).toEqual([['unhealthy'], [{ Key: 'team', Value: 'x' }], [arn]])

  const [rules, certificates, holder] = await Promise.all([
    cli.run(`elbv2 describe-rules --listener-arn ${listener} --query Rules[].[Priority,IsDefault,Actions[0].TargetGroupArn]`),
    cli.run('acm list-certificates --query CertificateSummaryList[].[DomainName,CertificateArn]'),
    cli.run('ec2 describe-network-interfaces --filters Name=addresses.private-ip-address,Values=10.244.1.2 --query NetworkInterfaces[].Attachment.InstanceId'),
  ])
  expect(rules).toEqual([['default', true, targets]])
  expect(certificates).toContainEqual(['www.example.com', ids.certificates[0]])
  expect(holder).toEqual([instance])
  expect(cli.aws.cloud.objects().map(({ name }) => name)).toContain('fairlead-node tcp 80 80 203.0.113.0/24')
  await expect(cli.run(`elbv2 delete-target-group --target-group-arn ${targets}`)).rejects.toThrow(/\(ResourceInUse\)/)
})
