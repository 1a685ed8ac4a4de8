/**
 * What Azure's codes mean for us: the innermost code of an answer, which says more than its HTTP status (429 also means that a referenced object is not ready).
 * Sources: recorded answers of Microsoft.Network; kubernetes-sigs/cloud-provider-azure pkg/azclient; issues of Azure/AKS.
 */
import type { ErrorTable, Meaning } from '../../../src/provider/kit/error-table.ts'
import { FIELDS } from '../fields.ts'

/** The call that failed, as people know it: `PUT of the load balancer web`. */
export interface Call {
  readonly name: string
}

type AzureMeaning = Meaning<Call>

const asSaid: AzureMeaning['describe'] = (said) => said

/** May be lifted by others: what is missing may be made, and what is out of range may come into it. */
const invalid: AzureMeaning = { consequence: 'refused', reason: 'Invalid', describe: asSaid }
/** Nothing in the subscription makes it possible. */
const contradictory: AzureMeaning = { ...invalid, pace: 'on change' }
const conflict: AzureMeaning = { consequence: 'refused', reason: 'Conflict', describe: asSaid }
const limit: AzureMeaning = { consequence: 'refused', reason: 'LimitReached', describe: asSaid }
const throttled: AzureMeaning = {
  consequence: 'later',
  reason: 'Throttled',
  blames: [],
  afterMs: 10_000,
  describe: (_, { name }) => `Azure asks for fewer calls (${name}); other programs of this subscription count too`,
}
/** Another change of the same object, or of one that it refers to, is under way. Not a matter of quota: other calls go on. */
const busy: AzureMeaning = { consequence: 'later', reason: 'Waiting', afterMs: 5_000, describe: (said) => `Azure is still at another change: ${said}` }
/** On a delete in use: the change that lets go of it has not ended, or another object uses it. */
const inUse: AzureMeaning = { consequence: 'later', reason: 'Waiting', afterMs: 30_000, describe: (said) => `it is still in use: ${said}` }
const stale: AzureMeaning = { consequence: 'stale', reason: 'Progressing', blames: [], describe: () => 'it was changed from outside meanwhile' }
const unavailable: AzureMeaning = { consequence: 'unclear', reason: 'CloudUnavailable', blames: [], describe: (_, { name }) => `${name} failed at Azure` }
/** Azure's own sentence names the action and the scope. */
const denied: AzureMeaning = {
  consequence: 'refused',
  reason: 'Denied',
  blames: [],
  describe: asSaid,
  remedy: 'Assign the role that `fairlead permissions azure` prints, at the scope that is named.',
}
/** A right on something that the document refers to: the Service that refers to it is at fault. */
const linkedDenied: AzureMeaning = { consequence: 'refused', reason: 'Denied', describe: asSaid, remedy: denied.remedy ?? '' }
const locked: AzureMeaning = { consequence: 'refused', reason: 'Denied', blames: [], describe: asSaid, remedy: 'Remove the lock, or wait until it is removed.' }
const credentials: AzureMeaning = {
  consequence: 'refused',
  reason: 'Denied',
  blames: [],
  describe: () => "Azure does not accept the controller's token: the identity is unknown or disabled, or this machine's clock is wrong",
}
const settings: AzureMeaning = { consequence: 'refused', reason: 'Invalid', blames: [], describe: asSaid }
/** Of a private address that a Service asks for. */
const privateAddress: AzureMeaning = { ...invalid, field: FIELDS.addresses }
const label: AzureMeaning = { ...conflict, field: FIELDS.dnsLabel }
/** Of what a document refers to: a call's own object is never missing to a PUT. */
const missing: AzureMeaning = invalid

const BY_CODE: ErrorTable<Call>['byCode'] = [
  [throttled, 'TooManyRequests SubscriptionRequestsThrottled ResourceRequestsThrottled OperationNotAllowed ResourceCollectionRequestsThrottled'],
  [
    busy,
    'RetryableError RetryableErrorDueToAnotherOperation AnotherOperationInProgress ConflictingConcurrentWriteNotAllowed ReferencedResourceNotProvisioned ' +
      'GatewayError OperationPreempted ResourceGroupBeingDeleted',
  ],
  [stale, 'PreconditionFailed PreconditionFailedEtagMismatch CanceledAndSupersededDueToAnotherOperation'],
  [unavailable, 'InternalServerError InternalError ServerTimeout ServiceUnavailable GatewayTimeout'],
  [denied, 'AuthorizationFailed RequestDisallowedByPolicy PolicyViolation'],
  [linkedDenied, 'LinkedAuthorizationFailed'],
  [locked, 'ScopeLocked ReadOnlyDisabledSubscription'],
  [credentials, 'ExpiredAuthenticationToken InvalidAuthenticationToken InvalidAuthenticationTokenTenant AuthenticationFailed'],
  [settings, 'SubscriptionNotFound SubscriptionNotRegistered MissingSubscriptionRegistration ResourceGroupNotFound'],
  [missing, 'ResourceNotFound NotFound ParentResourceNotFound'],
  [
    limit,
    'PublicIPCountLimitReached StaticPublicIPCountLimitReached IPv4StandardSkuPublicIpCountLimitReached IPv6StandardSkuPublicIpCountLimitReached ' +
      'PublicIPPrefixCountLimitReached PublicIpPrefixOutOfIPAddresses LoadBalancerFrontendIPConfigurationCountLimitReached LoadBalancerRuleCountLimitReached ' +
      'LoadBalancerRuleCountLimitReachedForNic SecurityRuleAddressesOrPortsPerSecurityGroupLimitReached SecurityRuleCountLimitReached SubnetIsFull QuotaExceeded',
  ],
  [
    conflict,
    'PublicIPAddressInUse AnotherInternalLoadBalancerExists ' +
      'RulesUseSameBackendPortProtocolAndPool RulesUseSameBackendPortProtocolAndPoolAndFrontendIPWithFloatingIPEnabled ' +
      'RulesOfSameLoadBalancerTypeUseSameBackendPortProtocolAndIPConfig RulesOfSameLoadBalancerTypeUseSameBackendPortProtocolAndVmssIPConfig',
  ],
  [
    invalid,
    'InvalidResourceReference ' +
      'DifferentSkuLoadBalancersAndPublicIPAddressNotAllowed LoadBalancingRuleMustDisableSNATSinceSameFrontendIPConfigurationIsReferencedByOutboundRule ' +
      'AtleastOneIpV4RequiredForIpV6LbFrontendIpConfiguration',
  ],
  [privateAddress, 'PrivateIPAddressNotInSubnet PrivateIPAddressNotInAnySubnet PrivateIPAddressInReservedRange'],
  [{ ...conflict, field: FIELDS.addresses }, 'PrivateIPAddressIsAllocated'],
  [label, 'DnsRecordInUse DNSRecordInUse'],
  [{ ...invalid, field: FIELDS.dnsLabel }, 'InvalidDomainNameLabel'],
  [contradictory, 'RuleIdleTimeoutIsOutOfRange PublicIPIdleTimeoutIsOutOfRange ProbeIntervalIsOutOfRange NumberOfProbesIsOutOfRange PortValueIsOutOfRange'],
  [
    inUse,
    'PublicIPAddressCannotBeDeleted InUseSubnetCannotBeDeleted InUseNetworkSecurityGroupCannotBeDeleted NicInUse LoadBalancerInUseByVirtualMachineScaleSet',
  ],
]

export const ERRORS: ErrorTable<Call> = { cloud: 'Azure', byCode: BY_CODE, byStatus: { 412: stale, 429: throttled } }
