/** Calls of services that have no client here: JSON 1.1, as the AWS CLI sends them. */

/** The HTTP status and the JSON that was answered. */
export interface JsonAnswer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** `target`: `CertificateManager.ListCertificates`. */
export async function askJson(url: string, target: string, input: object | string = {}): Promise<JsonAnswer> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': target,
      authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/acm/aws4_request',
    },
    body: typeof input === 'string' ? input : JSON.stringify(input),
  })
  return { status: answer.status, body: (await answer.json()) as Readonly<Record<string, unknown>> }
}
