import { describe, expect, test } from 'vitest'
import { cloudErrorOf, codeOf } from '../../../providers/aws/api/errors.ts'
import { withoutIds } from '../../../providers/aws/api/error-text.ts'
import { CloudError } from '../../../src/provider/cloud-error.ts'

interface Answered {
  readonly code: string
  readonly status?: number
  readonly message?: string
}

/** As ELBv2's client throws what its model knows: the wire's code beside a name of its own. */
function modelled({ code, status = 400, message = 'no' }: Answered): Error {
  return Object.assign(new Error(message), { name: `${code}Exception`, Code: code, $metadata: { httpStatusCode: status } })
}

/** As EC2's client throws everything. */
function plain({ code, status = 400, message = 'no' }: Answered): Error {
  return Object.assign(new Error(message), { name: code, $metadata: { httpStatusCode: status } })
}

const elb = (name: string) => ({ service: 'elasticloadbalancing', name })
const ec2 = (name: string) => ({ service: 'ec2', name })

describe('what a code means', () => {
  test.each([
    ['Throttling', 400, 'CreateListener', 'later', 'Throttled'],
    ['RequestLimitExceeded', 503, 'DescribeSubnets', 'later', 'Throttled'],
    ['InternalFailure', 500, 'CreateListener', 'unclear', 'CloudUnavailable'],
    ['ServiceUnavailable', 503, 'CreateListener', 'unclear', 'CloudUnavailable'],
    ['ResourceInUse', 400, 'DeleteTargetGroup', 'later', 'Waiting'],
    ['ResourceInUse', 400, 'CreateLoadBalancer', 'refused', 'Waiting'],
    ['ResourceInUse', 400, 'SetSubnets', 'refused', 'Waiting'],
    ['ResourceInUse', 400, 'DeleteLoadBalancer', 'refused', 'Conflict'],
    ['DependencyViolation', 400, 'DeleteSecurityGroup', 'later', 'Waiting'],
    ['CapacityReservationPending', 400, 'ModifyCapacityReservation', 'later', 'Waiting'],
    ['PriorRequestNotComplete', 429, 'ModifyCapacityReservation', 'later', 'Waiting'],
    ['InsufficientCapacity', 500, 'ModifyCapacityReservation', 'later', 'Waiting'],
    ['TargetGroupNotFound', 400, 'ModifyTargetGroup', 'unclear', 'Progressing'],
    ['InvalidGroup.NotFound', 400, 'AuthorizeSecurityGroupIngress', 'unclear', 'Progressing'],
    ['DuplicateListener', 400, 'CreateListener', 'refused', 'Conflict'],
    ['SubnetNotFound', 400, 'CreateLoadBalancer', 'refused', 'Invalid'],
    ['InvalidSubnet', 400, 'CreateLoadBalancer', 'refused', 'Refused'],
    ['ValidationError', 400, 'CreateLoadBalancer', 'refused', 'Invalid'],
    ['TooManyListeners', 400, 'CreateListener', 'refused', 'LimitReached'],
    ['RulesPerSecurityGroupLimitExceeded', 400, 'AuthorizeSecurityGroupIngress', 'refused', 'LimitReached'],
    ['CapacityDecreaseRequestLimitExceeded', 400, 'ModifyCapacityReservation', 'refused', 'LimitReached'],
    ['UnauthorizedOperation', 403, 'CreateSecurityGroup', 'refused', 'Denied'],
    ['AccessDenied', 403, 'CreateLoadBalancer', 'refused', 'Denied'],
    ['ExpiredToken', 403, 'CreateLoadBalancer', 'refused', 'Denied'],
    ['AuthFailure', 401, 'CreateSecurityGroup', 'refused', 'Denied'],
    ['SomethingNewInTheModel', 400, 'CreateLoadBalancer', 'refused', 'Refused'],
    ['SomethingNewInTheModel', 500, 'CreateLoadBalancer', 'unclear', 'CloudUnavailable'],
    ['SomethingNewInTheModel', 429, 'CreateLoadBalancer', 'later', 'Throttled'],
  ])('%s (%i) to %s is %s: %s', (code, status, action, consequence, reason) => {
    for (const form of [modelled, plain]) {
      expect(cloudErrorOf(form({ code, status }), elb(action))).toMatchObject({ consequence, reason })
    }
  })

  test.each(['Throttling', 'AccessDenied', 'ExpiredToken', 'InternalFailure'])("%s is nobody's fault", (code) => {
    expect(cloudErrorOf(plain({ code }), elb('CreateListener')).blames).toEqual([])
  })

  test('a refusal says nothing of who is at fault: one of those the step serves is', () => {
    expect(cloudErrorOf(plain({ code: 'CertificateNotFound' }), elb('CreateListener')).blames).toBeUndefined()
  })

  test('an owner that has to wait reports for how long', () => {
    expect(cloudErrorOf(plain({ code: 'DependencyViolation' }), ec2('DeleteSecurityGroup')).afterMs).toBe(10_000)
    expect(cloudErrorOf(plain({ code: 'ResourceInUse' }), elb('DeleteTargetGroup')).afterMs).toBe(3_000)
  })
})

describe('what is no answer of AWS', () => {
  test.each([
    ['a lost connection', Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })],
    ['a time-out', Object.assign(new Error('timed out'), { name: 'TimeoutError', $metadata: { attempts: 1 } })],
    ['a page of a proxy', Object.assign(new SyntaxError('<html>'), { $metadata: { httpStatusCode: 502 } })],
    ['an answer without a code', Object.assign(new Error(''), { name: 'UnknownError', $metadata: { httpStatusCode: 400 } })],
  ])('%s is unclear', (_, error) => {
    expect(cloudErrorOf(error, elb('CreateListener'))).toMatchObject({ consequence: 'unclear', reason: 'CloudUnavailable', cause: error })
    expect(codeOf(error)).toBeUndefined()
  })

  test("without credentials nothing was asked, and it is nobody's fault", () => {
    const error = Object.assign(new Error('Could not load credentials from any providers'), { name: 'CredentialsProviderError' })
    expect(cloudErrorOf(error, elb('CreateListener'))).toMatchObject({ consequence: 'refused', reason: 'Denied', blames: [] })
  })

  test('an error of ours stays what it is', () => {
    const error = new CloudError('later', { reason: 'Waiting', publicMessage: 'wait' })
    expect(cloudErrorOf(error, elb('CreateListener'))).toBe(error)
  })
})

describe('what is reported', () => {
  test('a missing right is named, and the encoded message is not shown', () => {
    const error = plain({ code: 'UnauthorizedOperation', status: 403, message: 'You are not authorized. Encoded authorization failure message: 0aB-secret' })
    expect(cloudErrorOf(error, ec2('CreateSecurityGroup')).publicMessage).toBe(
      "the right ec2:CreateSecurityGroup is missing; add it to the policy of the controller's role",
    )
  })

  test('the code of the wire is found beneath our own error', () => {
    expect(codeOf(cloudErrorOf(modelled({ code: 'ALPNPolicyNotFound' }), elb('CreateListener')))).toBe('ALPNPolicyNotFound')
  })

  const ACCOUNT = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012'
  test.each([
    [`Load balancer '${ACCOUNT}:loadbalancer/net/web/0123456789abcdef' not found`, "Load balancer 'web' not found"],
    [`Target group ${ACCOUNT}:targetgroup/web-80/0123456789abcdef.`, 'Target group web-80.'],
    [`${ACCOUNT}:listener/net/web/0123456789abcdef/fedcba9876543210 is in use`, 'a listener of web is in use'],
    ['Certificate arn:aws-cn:acm:cn-north-1:123456789012:certificate/11111111-2222-3333-4444-555555555555', 'Certificate 11111111-2222-3333-4444-555555555555'],
    ['User: arn:aws:sts::123456789012:assumed-role/fairlead/i-1 may not', 'User: assumed-role may not'],
    ['Rate exceeded (Request ID: 11111111-2222-3333-4444-555555555555)', 'Rate exceeded'],
    ['no\n  such   thing', 'no such thing'],
  ])('%s', (text, reported) => {
    expect(withoutIds(text)).toBe(reported)
  })
})

test('what is not found is looked for once, and what failed is asked for again', () => {
  expect(cloudErrorOf(plain({ code: 'TargetGroupNotFound' }), elb('DescribeTargetHealth')).isDefinite).toBe(true)
  expect(cloudErrorOf(plain({ code: 'InternalFailure' }), elb('DescribeTargetHealth')).isDefinite).toBe(false)
})
