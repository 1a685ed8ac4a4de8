/** Certificates of a listener beside its default one. */
import * as deep from '../read/details.ts'
import { type AwsFold, change } from '../read/view-changes.ts'
import { withCertificates } from '../read/from-sdk/listeners.ts'
import type { Call } from '../steps.ts'
import { type Context, patiently } from './change.ts'

export async function addCertificates(context: Context, { arn, certificates }: Call<'listener certificates', 'update'>): Promise<AwsFold> {
  const { account, signal } = context
  const Certificates = certificates.map((CertificateArn) => ({ CertificateArn }))
  await patiently(context, [arn], account.api.addListenerCertificates({ ListenerArn: arn, Certificates }, signal))
  return changeCertificates(arn, (known) => [...known, ...certificates])
}

export async function removeCertificates(context: Context, { arn, certificates }: Call<'obsolete listener certificates', 'update'>): Promise<AwsFold> {
  const { account, signal } = context
  const Certificates = certificates.map((CertificateArn) => ({ CertificateArn }))
  await account.api.removeListenerCertificates({ ListenerArn: arn, Certificates }, signal)
  return changeCertificates(arn, (known) => known.filter((certificate) => !certificates.includes(certificate)))
}

export async function readCertificates(context: Context, { arn }: Call<'listener certificates', 'read'>): Promise<AwsFold> {
  const further = await deep.furtherCertificates(context.account, arn, context.signal)
  return changeCertificates(arn, () => further)
}

function changeCertificates(arn: string, to: (further: readonly string[]) => readonly string[]): AwsFold {
  return change('listeners', arn, (part) =>
    part.details === undefined ? part : { ...part, details: withCertificates(part.details, to(part.details.certificates.slice(1))) },
  )
}
