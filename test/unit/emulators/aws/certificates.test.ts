/** Certificates are found as with AWS Certificate Manager: all of them are issued, with a key of RSA 2048. */
import { expect, test } from 'vitest'
import { askJson } from './ask-json.ts'
import { given } from './given.ts'

const LIST = 'CertificateManager.ListCertificates'
const DESCRIBE = 'CertificateManager.DescribeCertificate'

interface Summary {
  readonly CertificateArn: string
  readonly DomainName: string
  readonly InUse: boolean
}

const list = async (url: string, input: object = {}): Promise<readonly Summary[]> =>
  (await askJson(url, LIST, input)).body['CertificateSummaryList'] as readonly Summary[]

test('the certificates that were seeded are listed with their names and ARNs', async () => {
  const { aws, ids } = await given()
  const listed = await list(aws.url)
  expect(listed.map(({ DomainName }) => DomainName).toSorted()).toEqual(['*.example.org', 'api.example.com', 'www.example.com'])
  expect(listed.map(({ CertificateArn }) => CertificateArn)).toEqual([...ids.certificates].toSorted())
  expect(listed[0]).toMatchObject({ Status: 'ISSUED', Type: 'AMAZON_ISSUED', KeyAlgorithm: 'RSA-2048', InUse: false, NotBefore: expect.any(Number) as number })
  expect(aws.journal.calls).toMatchObject([{ service: 'acm', action: 'ListCertificates', kind: 'read', status: 200 }])
})

test('a certificate that a listener serves is in use, by the load balancer', async () => {
  const { aws, ids, make } = await given()
  const [CertificateArn = ''] = ids.certificates
  const balancer = await make.balancer()
  await make.listener(balancer, await make.targetGroup(), { Protocol: 'TLS', Port: 443, Certificates: [{ CertificateArn }] })
  expect((await list(aws.url)).filter(({ InUse }) => InUse).map((one) => one.CertificateArn)).toEqual([CertificateArn])
  const { body } = await askJson(aws.url, DESCRIBE, { CertificateArn })
  expect(body).toMatchObject({
    Certificate: { CertificateArn, DomainName: 'www.example.com', SubjectAlternativeNames: ['www.example.com'], InUseBy: [balancer] },
  })
})

test.each([
  ['those that are issued', { CertificateStatuses: ['ISSUED'] }, 3],
  ['those that are not', { CertificateStatuses: ['EXPIRED', 'FAILED'] }, 0],
  ['those with a key of this kind', { Includes: { keyTypes: ['EC_prime256v1', 'RSA_2048'] } }, 3],
  ['those with a key of another kind', { Includes: { keyTypes: ['EC_prime256v1'] } }, 0],
])('only %s are listed', async (_, input, count) => {
  const { aws } = await given()
  expect(await list(aws.url, input)).toHaveLength(count)
})

test('pages follow one another', async () => {
  const { aws, ids } = await given()
  const first = (await askJson(aws.url, LIST, { MaxItems: 2 })).body
  const second = (await askJson(aws.url, LIST, { MaxItems: 2, NextToken: first['NextToken'] })).body
  const both = [first, second].flatMap(({ CertificateSummaryList }) => CertificateSummaryList as readonly Summary[])
  expect(both.map(({ CertificateArn }) => CertificateArn)).toEqual([...ids.certificates].toSorted())
  expect(second['NextToken']).toBeUndefined()
})

test.each([
  ['an ARN that no certificate has', DESCRIBE, { CertificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/none' }, 'ResourceNotFoundException'],
  ['an ARN of another service', DESCRIBE, { CertificateArn: 'arn:aws:iam::123456789012:server-certificate/x' }, 'InvalidArnException'],
  ['more than a page holds', LIST, { MaxItems: 1001 }, 'ValidationException'],
  ['an action that there is not', 'CertificateManager.DeleteCertificate', {}, 'UnknownOperationException'],
])('%s is refused', async (_, target, input, code) => {
  const { aws } = await given()
  expect(await askJson(aws.url, target, input)).toMatchObject({ status: 400, body: { __type: code } })
  expect(aws.journal.calls).toMatchObject([{ service: 'acm', status: 400, code }])
})
