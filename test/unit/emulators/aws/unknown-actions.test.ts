/** What is not emulated is refused as AWS refuses an action that it does not know, and stands in the journal. */
import { expect, test } from 'vitest'
import { askJson } from './ask-json.ts'
import { given } from './given.ts'

const scope = (service: string): string => `AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/${service}/aws4_request`

test.each([
  [
    'an action of ELB for other load balancers',
    { Action: 'CreateRule', Version: '2015-12-01' },
    'elasticloadbalancing',
    { service: 'elb', action: 'CreateRule', kind: 'write', code: 'InvalidAction' },
  ],
  [
    'an action of EC2',
    { Action: 'RunInstances', Version: '2016-11-15' },
    'ec2',
    { service: 'ec2', action: 'RunInstances', kind: 'write', code: 'InvalidAction' },
  ],
  [
    'an action of a service that is not emulated',
    { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    'sts',
    { service: 'unknown', action: 'GetCallerIdentity', kind: 'read', code: 'InvalidAction' },
  ],
  [
    'an action of another service without a version',
    { Action: 'ListRoles' },
    'iam',
    { service: 'unknown', action: 'ListRoles', kind: 'read', code: 'InvalidAction' },
  ],
  ['no action', { Version: '2015-12-01' }, 'elasticloadbalancing', { service: 'elb', action: '', code: 'MissingAction' }],
])('%s is refused', async (_, input, service, noted) => {
  const { aws } = await given()
  const answer = await fetch(aws.url, { method: 'POST', body: new URLSearchParams(input), headers: { authorization: scope(service) } })
  expect([answer.status, /<Code>(\w+)<\/Code>/.exec(await answer.text())?.[1]]).toEqual([400, noted.code])
  expect(aws.journal.calls).toMatchObject([{ status: 400, ...noted }])
})

test.each([
  ['another service', 'AWSShield_20160616.GetSubscriptionState', {}, { service: 'unknown', action: 'GetSubscriptionState', code: 'UnknownOperationException' }],
  ['the tagging API', 'ResourceGroupsTaggingAPI_20170126.TagResources', {}, { service: 'tagging', action: 'TagResources', code: 'UnknownOperationException' }],
  [
    'a body that is not JSON',
    'ResourceGroupsTaggingAPI_20170126.GetResources',
    '{',
    { service: 'tagging', action: 'GetResources', code: 'SerializationException' },
  ],
])('JSON 1.1, %s: refused', async (_, target, input, noted) => {
  const { aws } = await given()
  expect(await askJson(aws.url, target, input)).toMatchObject({ status: 400, body: { __type: noted.code } })
  expect(aws.journal.calls).toMatchObject([{ status: 400, ...noted }])
})
