/** Where operations are polled. The real URLs are signed, and about 3,200 characters long: a client has to keep them as they are. */
import type { Ask } from './handler.ts'

const SIGNATURE = { c: 2_400, s: 340, h: 43 } as const

const filled = (length: number): string =>
  'MIIHhzCCBm-gAwIBAgITfAlKgHkD0ZMNzZ2hXQAACUqAeTANBgkqhkiG9w0BAQsFADBEMRMw'.repeat(Math.ceil(length / 72)).slice(0, length)

/** `id`: `{id}` stays in the URL where none is given. */
export function operationUrl(
  { subscription, version, base }: Pick<Ask, 'subscription' | 'version' | 'base'>,
  id = '{id}',
  kind: 'operations' | 'operationResults' = 'operations',
): string {
  const path = `/subscriptions/${subscription.id}/providers/Microsoft.Network/locations/${subscription.location}/${kind}/${id}`
  const signature = Object.entries(SIGNATURE).map(([name, length]) => `&${name}=${filled(length)}`)
  return `${base}${path}?api-version=${version}&t=${subscription.clock.now() * 10_000}${signature.join('')}`
}

/** Of the answer to a write that goes on. */
export function operationHeaders(
  ask: Pick<Ask, 'subscription' | 'version' | 'base'>,
  id: string,
  retryAfter: number | undefined,
): Readonly<Record<string, string>> {
  return {
    'azure-asyncnotification': 'Enabled',
    'azure-asyncoperation': operationUrl(ask, id),
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
  }
}
