/** What AWS' codes mean for us. Codes as they come over the wire. Source: the API models of ELBv2 and EC2, and the error pages of both. */
import type { ErrorTable, Meaning } from '../../../src/provider/kit/error-table.ts'
import { FIELDS } from '../fields.ts'

/** The call that failed, by the names of IAM: `elasticloadbalancing`, `CreateLoadBalancer`. */
export interface Action {
  readonly service: string
  readonly name: string
}

type AwsMeaning = Meaning<Action>

const asSaid: AwsMeaning['describe'] = (said) => said

/** May be lifted by others: what is missing may be made, and what is out of range may come into it. */
const invalid: AwsMeaning = { consequence: 'refused', reason: 'Invalid', describe: asSaid }
/** AWS does not find what one annotation names. */
const unknown = (field: string, remedy: string): AwsMeaning => ({ ...invalid, field, remedy })
/** Nothing in the account makes it possible. */
const contradictory: AwsMeaning = { ...invalid, pace: 'on change' }
const refused: AwsMeaning = { consequence: 'refused', reason: 'Refused', describe: asSaid }
const limit: AwsMeaning = { consequence: 'refused', reason: 'LimitReached', describe: asSaid }
const conflict: AwsMeaning = { consequence: 'refused', reason: 'Conflict', describe: asSaid }
/** Short enough to be waited for where it happens; the budget slows down all the others. */
const throttled: AwsMeaning = {
  consequence: 'later',
  reason: 'Throttled',
  blames: [],
  afterMs: 2_000,
  describe: (_, { name }) => `AWS asks us to call ${name} less often; other programs of this account count too`,
}
const unavailable: AwsMeaning = { consequence: 'unclear', reason: 'CloudUnavailable', blames: [], describe: (_, { name }) => `${name} failed at AWS` }
const denied: AwsMeaning = {
  consequence: 'refused',
  reason: 'Denied',
  blames: [],
  describe: (_, { service, name }) => `the right ${service}:${name} is missing; add it to the policy of the controller's role`,
}
const credentials: AwsMeaning = {
  consequence: 'refused',
  reason: 'Denied',
  blames: [],
  describe: () => "AWS does not take the controller's credentials: they are wrong or expired, or this machine's clock is",
}
/** On a delete it is the wanted result; elsewhere the object was deleted from outside, and has to be observed. */
const missing: AwsMeaning = {
  consequence: 'unclear',
  reason: 'Progressing',
  isDefinite: true,
  describe: (said) => `something is gone that was there a moment ago: ${said}`,
}
const after = (afterMs: number, describe: AwsMeaning['describe']): AwsMeaning => ({ consequence: 'later', reason: 'Waiting', afterMs, describe })

/** It was free a moment before. What uses it is looked for once the network is read again. */
const addressInUse: AwsMeaning = {
  consequence: 'refused',
  reason: 'Waiting',
  pace: 'by reading',
  describe: (said) => `an address is in use; of a load balancer that was deleted, AWS frees the addresses within some minutes (${said})`,
}

const BY_CODE: ErrorTable<Action>['byCode'] = [
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
    'SubnetNotFound InvalidSubnetID.NotFound AvailabilityZoneNotSupported InvalidConfigurationRequest InvalidSecurityGroup ValidationError InvalidVpcID.NotFound InvalidParameterValue InvalidTarget',
  ],
  [unknown(FIELDS.addressNames, 'Name Elastic IPs by allocation ids that exist in this account and region.'), 'AllocationIdNotFound'],
  [
    unknown(FIELDS.tlsCertificates, 'Name certificates by ARNs that exist in this account and region, or import the certificate into ACM.'),
    'CertificateNotFound',
  ],
  [unknown(FIELDS.tlsPolicy, 'Name a security policy that `aws elbv2 describe-ssl-policies` lists.'), 'SSLPolicyNotFound'],
  [unknown(FIELDS.alpn, 'Name one of the ALPN policies that the Elastic Load Balancing API has.'), 'ALPNPolicyNotFound'],
  [contradictory, 'UnsupportedProtocol IncompatibleProtocols InvalidScheme DuplicateTagKeys'],
  [refused, 'InvalidSubnet OperationNotPermitted ResourceInUse DependencyViolation InvalidPermission.NotFound'],
  [after(30_000, () => 'an earlier change of its reserved capacity is still under way'), 'CapacityReservationPending PriorRequestNotComplete'],
  [after(300_000, () => 'AWS has not that much capacity to reserve at the moment; ask for less, or wait'), 'InsufficientCapacity'],
]

/** Where the same code means another thing. */
const BY_ACTION: Readonly<Record<string, AwsMeaning>> = {
  'CreateLoadBalancer ResourceInUse': addressInUse,
  'SetSubnets ResourceInUse': addressInUse,
  'DeleteLoadBalancer ResourceInUse': {
    ...conflict,
    describe: (said) => `something still uses it, perhaps a VPC endpoint service: take that away first (${said})`,
  },
  'DeleteTargetGroup ResourceInUse': after(3_000, () => 'a listener used it a moment ago; AWS lets go of it within some seconds'),
  'DeleteListener ResourceInUse': after(3_000, (said) => `it is still in use (${said})`),
  'DeleteSecurityGroup DependencyViolation': after(
    10_000,
    () => "network interfaces still use the security group; after a load balancer's end they stay for seconds or minutes, or another group's rule refers to it",
  ),
}

export const ERRORS: ErrorTable<Action> = { cloud: 'AWS', byCode: BY_CODE, byCall: BY_ACTION, byStatus: { 429: throttled } }
