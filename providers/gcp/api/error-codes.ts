/**
 * What Google's reasons mean for us. An answer writes them `notFound`, an operation `RESOURCE_NOT_FOUND`; here all are in the latter form (`errors.ts`). Sources:
 * recorded answers of Compute Engine; kubernetes/ingress-gce pkg/utils and pkg/l4; cloud.google.com/compute/docs/troubleshooting/troubleshooting-api-errors.
 */
import type { ErrorTable, Meaning } from '../../../src/provider/kit/error-table.ts'
import { FIELDS } from '../fields.ts'

/** The call that failed, as people know it: `inserting forwardingRules web`. */
export interface Call {
  readonly name: string
  readonly verb: 'read' | 'insert' | 'change' | 'remove'
  /** Of the object that it is about. */
  readonly id?: string
}

type GcpMeaning = Meaning<Call>

const asSaid: GcpMeaning['describe'] = (said) => said

const invalid: GcpMeaning = { consequence: 'refused', reason: 'Invalid', describe: asSaid }
const conflict: GcpMeaning = { consequence: 'refused', reason: 'Conflict', describe: asSaid }
const limit: GcpMeaning = {
  consequence: 'refused',
  reason: 'LimitReached',
  describe: asSaid,
  remedy: 'Raise the quota of the project, or free some of it.',
}
const throttled: GcpMeaning = {
  consequence: 'later',
  reason: 'Throttled',
  blames: [],
  // Counted by the minute; a shorter pause would be slept through in the call.
  afterMs: 5_000,
  describe: (_, { name }) => `Google asks for fewer calls (${name}); other programs of this project count too`,
}
const busy: GcpMeaning = { consequence: 'later', reason: 'Waiting', afterMs: 5_000, describe: (said) => `Google is still at another change: ${said}` }
/** On a deletion: the change that lets go of it has not ended, or an object that is not ours refers to it. */
const inUse: GcpMeaning = { consequence: 'later', reason: 'Waiting', afterMs: 30_000, describe: (said) => `it is still in use: ${said}` }
const stale: GcpMeaning = { consequence: 'stale', reason: 'Progressing', blames: [], describe: () => 'it was changed from outside meanwhile' }
const unavailable: GcpMeaning = { consequence: 'unclear', reason: 'CloudUnavailable', blames: [], describe: (_, { name }) => `${name} failed at Google` }
const denied: GcpMeaning = {
  consequence: 'refused',
  reason: 'Denied',
  blames: [],
  describe: asSaid,
  remedy: 'Grant the permission to the service account of the controller.',
}
const disabled: GcpMeaning = {
  consequence: 'refused',
  reason: 'Denied',
  blames: [],
  describe: () => 'the Compute Engine API is off in the project of the controller',
  remedy: 'Turn it on: gcloud services enable compute.googleapis.com.',
}
const credentials: GcpMeaning = {
  consequence: 'refused',
  reason: 'Denied',
  blames: [],
  describe: () => "Google does not accept the controller's token: the service account is unknown or disabled, or this machine's clock is wrong",
}
/** Of the organization. It may be about public addresses alone, so that the Service counts. */
const policy: GcpMeaning = { consequence: 'refused', reason: 'Denied', describe: asSaid, remedy: 'Ask the administrator of the organization policy.' }

const BY_CODE: ErrorTable<Call>['byCode'] = [
  [throttled, 'RATE_LIMIT_EXCEEDED USER_RATE_LIMIT_EXCEEDED RESOURCE_EXHAUSTED'],
  [limit, 'QUOTA_EXCEEDED LIMIT_EXCEEDED QUOTA_LIMIT_EXCEEDED'],
  [busy, 'RESOURCE_NOT_READY OPERATION_IN_PROGRESS'],
  [inUse, 'RESOURCE_IN_USE_BY_ANOTHER_RESOURCE'],
  [stale, 'CONDITION_NOT_MET'],
  // Something of that name is there: whose it is has to be seen.
  [{ ...stale, describe: () => 'an object of that name is there already' }, 'ALREADY_EXISTS RESOURCE_ALREADY_EXISTS'],
  [unavailable, 'BACKEND_ERROR INTERNAL_ERROR UNAVAILABLE SERVICE_UNAVAILABLE'],
  [denied, 'FORBIDDEN INSUFFICIENT_PERMISSIONS IAM_PERMISSION_DENIED PERMISSIONS_ERROR PERMISSION_DENIED ACCESS_TOKEN_SCOPE_INSUFFICIENT'],
  [disabled, 'ACCESS_NOT_CONFIGURED SERVICE_DISABLED'],
  [credentials, 'AUTH_ERROR UNAUTHENTICATED'],
  // What a document refers to.
  [invalid, 'NOT_FOUND RESOURCE_NOT_FOUND'],
  [invalid, 'INVALID REQUIRED BAD_REQUEST INVALID_FIELD_VALUE INVALID_USAGE INVALID_PARAMETER INVALID_ARGUMENT UNSUPPORTED_OPERATION'],
  [conflict, 'USED_BY_ANOTHER'],
  [{ ...conflict, field: FIELDS.addresses }, 'IP_IN_USE_BY_ANOTHER_RESOURCE IP_IN_USE'],
  [{ ...invalid, field: FIELDS.addresses }, 'IP_OUT_OF_RANGE'],
  [{ ...invalid, field: FIELDS.networkTier }, 'TIER_MISMATCH'],
  [{ ...conflict, field: FIELDS.ports }, 'PORTS_CONFLICT'],
  [policy, 'ORGANIZATION_POLICY'],
]

export const ERRORS: ErrorTable<Call> = { cloud: 'Google', byCode: BY_CODE, byStatus: { 401: credentials, 403: denied, 412: stale, 429: throttled } }

/** Where no reason says what is meant, the sentence does: both families of addresses, tiers, ports and policies are refused under reasons that mean anything. */
export const SENTENCES: readonly (readonly [RegExp, code: string])[] = [
  [/\bIP address(?:es)? (?:is|are) in-use\b|would result in a conflict|\bIP .*\bis already (?:in use|being used)\b/i, 'IP_IN_USE'],
  [/\bIP address .*\bis outside\b/i, 'IP_OUT_OF_RANGE'],
  [/\bnetwork tier of\b.*\bmust be the same\b/i, 'TIER_MISMATCH'],
  [/\bport range is conflicting\b/i, 'PORTS_CONFLICT'],
  [/\bConstraint\b.*\bviolated\b/i, 'ORGANIZATION_POLICY'],
]
