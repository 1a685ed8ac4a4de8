/**
 * Settings that stand on no page of the inventory are known by a fingerprint in a tag: absent, an object has what a new one has; equal, it has what is
 * wanted and nothing is read; otherwise it is read.
 */
import { hashOf } from '../../../../src/provider/kit/naming.ts'
import type { ListenerSettings } from '../../steps.ts'
import type { Attributes } from './attributes.ts'

const DIGITS = 16

export function settingsFingerprint(settings: unknown): string {
  return hashOf(DIGITS, settings)
}

const CAPACITY = '-capacity'

/** Where capacity is reserved the fingerprint says so, so that no call is needed for it. */
export function withCapacity(fingerprint: string, units: number | undefined): string {
  return units === undefined ? fingerprint : `${fingerprint}${CAPACITY}`
}

/** Of what was taken over, until it is as wanted: nothing that stands on no page may be taken for anything. */
export const ADOPTED_FINGERPRINT = `adopted${CAPACITY}`

export function includesCapacity(settings: string): boolean {
  return settings.endsWith(CAPACITY)
}

/** What CreateListener writes: of its settings only. */
export function listenerFingerprint({ protocol, targetGroup, certificate, policy, alpn }: ListenerSettings): string {
  return hashOf(DIGITS, [protocol, targetGroup, certificate ?? null, policy ?? null, alpn ?? NO_ALPN])
}

/** AWS' own word for it, with which a policy is taken back. */
export const NO_ALPN = 'None'

/** What of an object was read or written by this process; absent where only its tag says it. */
interface Seen {
  readonly settings?: string | undefined
  readonly attributes?: Attributes | undefined
}

/** The attributes an object has, as far as known without a call. `print`: the fingerprint of what is wanted, which stands for `extras`. */
export function attributesFound({ settings, attributes }: Seen, fingerprint: string, extras: Attributes): Attributes | undefined {
  if (attributes !== undefined) return attributes
  if (settings === undefined) return {}
  return settings === fingerprint ? extras : undefined
}
