/** AWS Certificate Manager, version 2015-12-08: enough to find a certificate. All are issued, RSA 2048, and cover one name. */
import type { Certificate } from '../cloud/objects.ts'
import type { Region } from '../cloud/region.ts'
import type { Input } from '../wire/input.ts'
import type { Members } from '../wire/output.ts'
import { pageOf } from '../wire/paging.ts'
import { Refusal } from '../wire/refusal.ts'

const STATUS = 'ISSUED'
/** A filter writes the kind of key in another way than an answer does. */
const KEY = { filtered: 'RSA_2048', answered: 'RSA-2048' }
const MOST_PER_PAGE = 1000
const VALID_MS = 395 * 24 * 3_600_000

export const ACM_ACTIONS: Readonly<Record<string, (region: Region, input: Input) => Members>> = {
  ListCertificates: listCertificates,
  DescribeCertificate: describeCertificate,
}

function listCertificates(region: Region, input: Input): Members {
  const [statuses, keys] = [input.texts('CertificateStatuses') ?? [], input.part('Includes')?.texts('keyTypes') ?? []]
  const isAsked = (statuses.length === 0 || statuses.includes(STATUS)) && (keys.length === 0 || keys.includes(KEY.filtered))
  const page = pageOf(isAsked ? [...region.certificates.values()] : [], {
    token: input.text('NextToken'),
    size: pageSize(input),
    keyOf: ({ arn }) => arn,
    refuses: 'ValidationException',
  })
  return { CertificateSummaryList: page.items.map((one) => summaryOf(region, one)), NextToken: page.next }
}

function pageSize(input: Input): number {
  const size = input.number('MaxItems') ?? MOST_PER_PAGE
  if (size < 1 || size > MOST_PER_PAGE) throw new Refusal('ValidationException', `MaxItems must be between 1 and ${MOST_PER_PAGE}, and is ${size}`)
  return size
}

/** Times are seconds since the epoch, as JSON 1.1 has them. */
function summaryOf(region: Region, { arn, domainName, createdAt }: Certificate): Members {
  const seconds = Math.floor(createdAt / 1000)
  return {
    CertificateArn: arn,
    DomainName: domainName,
    SubjectAlternativeNameSummaries: [domainName],
    HasAdditionalSubjectAlternativeNames: false,
    Status: STATUS,
    Type: 'AMAZON_ISSUED',
    KeyAlgorithm: KEY.answered,
    KeyUsages: ['DIGITAL_SIGNATURE', 'KEY_ENCIPHERMENT'],
    ExtendedKeyUsages: ['TLS_WEB_SERVER_AUTHENTICATION', 'TLS_WEB_CLIENT_AUTHENTICATION'],
    InUse: usersOf(region, arn).length > 0,
    RenewalEligibility: usersOf(region, arn).length > 0 ? 'ELIGIBLE' : 'INELIGIBLE',
    NotBefore: seconds,
    NotAfter: Math.floor((createdAt + VALID_MS) / 1000),
    CreatedAt: seconds,
    IssuedAt: seconds,
  }
}

function describeCertificate(region: Region, input: Input): Members {
  const arn = input.text('CertificateArn') ?? ''
  if (!/^arn:[^:]+:acm:/.test(arn)) throw new Refusal('InvalidArnException', `'${arn}' is not the ARN of a certificate`)
  const found = region.certificates.get(arn)
  if (found === undefined) throw new Refusal('ResourceNotFoundException', `Could not find certificate ${arn}`)
  const {
    SubjectAlternativeNameSummaries,
    HasAdditionalSubjectAlternativeNames: _,
    KeyUsages,
    ExtendedKeyUsages,
    InUse: __,
    ...rest
  } = summaryOf(region, found)
  const named = (names: Members[string]): readonly Members[] => (Array.isArray(names) ? names.map((Name) => ({ Name: String(Name) })) : [])
  return {
    Certificate: {
      ...rest,
      SubjectAlternativeNames: SubjectAlternativeNameSummaries,
      KeyUsages: named(KeyUsages),
      ExtendedKeyUsages: named(ExtendedKeyUsages),
      InUseBy: usersOf(region, arn),
      Subject: `CN=${found.domainName}`,
      Issuer: 'Amazon',
      SignatureAlgorithm: 'SHA256WITHRSA',
      DomainValidationOptions: [{ DomainName: found.domainName, ValidationDomain: found.domainName, ValidationStatus: 'SUCCESS', ValidationMethod: 'DNS' }],
      Options: { CertificateTransparencyLoggingPreference: 'ENABLED' },
    },
  }
}

/** ARNs of the load balancers that serve it. */
function usersOf({ listeners }: Region, arn: string): readonly string[] {
  const using = listeners.values().filter(({ certificate, extraCertificates }) => certificate === arn || extraCertificates.has(arn))
  return [...new Set(using.map(({ balancerArn }) => balancerArn))]
}
