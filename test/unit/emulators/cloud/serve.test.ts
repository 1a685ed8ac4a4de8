import { X509Certificate } from 'node:crypto'
import { request } from 'node:https'
import { describe, expect, onTestFinished, test } from 'vitest'
import { loopbackCertificates } from '../../../../emulators/cloud/http/certificate.ts'
import { serve } from '../../../../emulators/cloud/http/serve.ts'

/** Status and body of a GET, or the code of the error. */
function ask(url: string, ca?: string): Promise<string> {
  return new Promise((resolve) => {
    const sent = request(url, { ca }, (response) => {
      response.setEncoding('utf8')
      let body = ''
      response.on('data', (chunk: string) => void (body += chunk))
      response.on('end', () => resolve(`${response.statusCode} ${body}`))
    })
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    sent.end()
  })
}

async function served() {
  const certificates = loopbackCertificates()
  const server = await serve(({ response, request: { url } }) => void response.end(url), { tls: certificates })
  onTestFinished(() => server.close())
  return { ...server, authority: certificates.authority }
}

describe('an emulated cloud over HTTPS', () => {
  test('is believed by those who know its authority', async () => {
    const { url, authority } = await served()
    expect(url).toMatch(/^https:/)
    expect(await ask(`${url}/path`, authority)).toBe('200 /path')
  })

  test('is believed by name as by address', async () => {
    const { url, authority } = await served()
    expect(await ask(`${url.replace('127.0.0.1', 'localhost')}/`, authority)).toBe('200 /')
  })

  test('is refused by those who do not', async () => {
    const { url } = await served()
    expect(await ask(`${url}/`)).toMatch(/SELF_SIGNED_CERT|UNABLE_TO_VERIFY/)
  })

  test('has another authority at each start', async () => {
    const { url } = await served()
    expect(await ask(`${url}/`, loopbackCertificates().authority)).not.toMatch(/^200/)
  })
})

test('the certificates say what they are for', () => {
  const { cert, authority } = loopbackCertificates(Date.UTC(2026, 10, 29))
  const [leaf, issuer] = [new X509Certificate(cert), new X509Certificate(authority)]
  expect(leaf.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1')
  expect([leaf.ca, issuer.ca]).toEqual([false, true])
  expect(leaf.checkIssued(issuer)).toBe(true)
  expect(leaf.verify(issuer.publicKey)).toBe(true)
  expect([leaf.validFrom, leaf.validTo]).toEqual(['Nov 28 00:00:00 2026 GMT', 'Nov 28 00:00:00 2028 GMT'])
})
