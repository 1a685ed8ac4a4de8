/** What AWS' codes mean for us. Codes as they come over the wire. Source: the API models of ELBv2 and EC2, and the error pages of both. */
import type { CloudError, CloudErrorOptions } from '../../src/provider/cloud-error.ts'
import type { Action } from './errors.ts'

export interface Condition extends Omit<CloudErrorOptions, 'publicMessage' | 'cause'> {
  readonly consequence: CloudError['consequence']
  /** `said`: AWS' own words, without ids. */
  readonly tell: (said: string, action: Action) => string
}

/** Undefined: a code we do not know. */
export function conditionOf(code: string, action: Action): Condition | undefined {
  return BY_ACTION[`${action.name} ${code}`] ?? BY_CODE.get(code)
}

const asSaid: Condition['tell'] = (said) => said

const invalid: Condition = { consequence: 'refused', reason: 'Invalid', tell: asSaid }
const refused: Condition = { consequence: 'refused', reason: 'Refused', tell: asSaid }
const limit: Condition = { consequence: 'refused', reason: 'LimitReached', tell: asSaid }
const conflict: Condition = { consequence: 'refused', reason: 'Conflict', tell: asSaid }
/** Short enough to be waited for where it happens; the budget slows down all the others. */
const throttled: Condition = {
  consequence: 'later',
  reason: 'Throttled',
  blames: [],
  afterMs: 2_000,
  tell: (_, { name }) => `AWS asks us to call ${name} less often; other programs of this account count too`,
}
const unavailable: Condition = { consequence: 'unclear', reason: 'CloudUnavailable', blames: [], tell: (_, { name }) => `${name} failed at AWS` }
const denied: Condition = {
  consequence: 'refused',
  reason: 'Denied',
  blames: [],
  tell: (_, { service, name }) => `the right ${service}:${name} is missing; add it to the policy of the controller's role`,
}
const credentials: Condition = {
  consequence: 'refused',
  reason: 'Denied',
  blames: [],
  tell: () => "AWS does not take the controller's credentials: they are wrong or expired, or this machine's clock is",
}
/** On a delete it is the end that was wanted; elsewhere somebody took it away, and it has to be looked at. */
const missing: Condition = { consequence: 'unclear', reason: 'Progressing', tell: (said) => `something is gone that was there a moment ago: ${said}` }
const after = (afterMs: number, tell: Condition['tell']): Condition => ({ consequence: 'later', reason: 'Waiting', afterMs, tell })

const BY_CODE: ReadonlyMap<string, Condition> = new Map(
  (
    [
      [
        throttled,
        'Throttling ThrottlingException ThrottledException RequestLimitExceeded RequestThrottled RequestThrottledException TooManyRequestsException ' +
          'EC2ThrottledException BandwidthLimitExceeded SlowDown LimitExceededException',
      ],
      [unavailable, 'InternalFailure InternalError ServiceUnavailable Unavailable RequestTimeout HealthUnavailable'],
      [denied, 'AccessDenied AccessDeniedException UnauthorizedOperation'],
      [
        credentials,
        'ExpiredToken ExpiredTokenException InvalidClientTokenId UnrecognizedClientException SignatureDoesNotMatch InvalidSignatureException RequestExpired ' +
          'RequestTimeTooSkewed AuthFailure OptInRequired MissingAuthenticationToken IncompleteSignature',
      ],
      [missing, 'LoadBalancerNotFound ListenerNotFound TargetGroupNotFound InvalidGroup.NotFound InvalidGroupId.NotFound'],
      [conflict, 'DuplicateLoadBalancerName DuplicateTargetGroupName DuplicateListener InvalidGroup.Duplicate InvalidPermission.Duplicate'],
      [
        limit,
        'TooManyLoadBalancers TooManyTargetGroups TooManyListeners TooManyTargets TooManyTags TooManyCertificates TooManyRegistrationsForTargetId ' +
          'TooManyUniqueTargetGroupsPerLoadBalancer TooManyActions TargetGroupAssociationLimit CapacityUnitsLimitExceeded ' +
          'CapacityDecreaseRequestLimitExceeded RulesPerSecurityGroupLimitExceeded SecurityGroupLimitExceeded SecurityGroupsPerInterfaceLimitExceeded',
      ],
      [
        invalid,
        'SubnetNotFound InvalidSubnetID.NotFound AvailabilityZoneNotSupported AllocationIdNotFound CertificateNotFound SSLPolicyNotFound ALPNPolicyNotFound ' +
          'UnsupportedProtocol IncompatibleProtocols InvalidConfigurationRequest InvalidScheme InvalidSecurityGroup ValidationError DuplicateTagKeys ' +
          'InvalidVpcID.NotFound InvalidParameterValue InvalidTarget',
      ],
      [refused, 'InvalidSubnet OperationNotPermitted ResourceInUse DependencyViolation InvalidPermission.NotFound'],
      [after(30_000, () => 'an earlier change of its reserved capacity is still under way'), 'CapacityReservationPending PriorRequestNotComplete'],
      [after(300_000, () => 'AWS has not that much capacity to reserve at the moment; ask for less, or wait'), 'InsufficientCapacity'],
    ] as const
  ).flatMap(([condition, codes]) => codes.split(' ').map((code) => [code, condition] as const)),
)

/** Where the same code means another thing. */
const BY_ACTION: Readonly<Record<string, Condition>> = {
  'CreateLoadBalancer ResourceInUse': after(
    30_000,
    (said) => `an address is still in use; when a load balancer was deleted it can take some minutes until its addresses are free (${said})`,
  ),
  'SetSubnets ResourceInUse': after(30_000, (said) => `an address is still in use; it can take some minutes until it is free (${said})`),
  'DeleteLoadBalancer ResourceInUse': {
    ...conflict,
    tell: (said) => `something still uses it, perhaps a VPC endpoint service: take that away first (${said})`,
  },
  'DeleteTargetGroup ResourceInUse': after(3_000, () => 'a listener used it a moment ago; AWS lets go of it within some seconds'),
  'DeleteListener ResourceInUse': after(3_000, (said) => `it is still in use (${said})`),
  'DeleteSecurityGroup DependencyViolation': after(
    10_000,
    () => "network interfaces still use the security group; after a load balancer's end they stay for seconds or minutes, or another group's rule refers to it",
  ),
}
