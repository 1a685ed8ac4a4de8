/** What a Service sets of the address that it has, and what those that share one set of it together. */
import { sharedSettings } from '../../../../src/provider/kit/shared-settings.ts'
import type { NetworkTier } from '../../api/documents.ts'
import { FIELDS } from '../../fields.ts'
import type { Want } from '../plan-context.ts'

export interface AddressSettings {
  readonly scheme?: 'internal' | 'internet-facing'
  readonly tier?: NetworkTier
  readonly addresses?: readonly string[]
  readonly addressNames?: readonly string[]
  readonly subnets?: readonly string[]
  readonly collection?: string
}

const TIERS = { Premium: 'PREMIUM', Standard: 'STANDARD' } as const

export const SHARED_SETTINGS = sharedSettings<Want, AddressSettings, never>({
  of: 'address',
  settings: {
    scheme: { field: FIELDS.scheme, valueOf: ({ want: { settings } }) => (settings.schemeIsExplicit ? settings.scheme : undefined) },
    tier: {
      field: FIELDS.networkTier,
      valueOf: ({ want: { options } }) => (options.networkTier === undefined ? undefined : TIERS[options.networkTier]),
      textOf: (tier) => (tier === 'PREMIUM' ? 'Premium' : 'Standard'),
    },
    addresses: { field: FIELDS.addresses, valueOf: ({ want }) => listed(want.settings.addresses) },
    addressNames: { field: FIELDS.addressNames, valueOf: ({ want }) => listed(want.settings.addressNames) },
    subnets: { field: FIELDS.subnets, valueOf: ({ want }) => listed(want.settings.subnets) },
    collection: { field: FIELDS.ipCollection, valueOf: ({ want }) => want.options.ipCollection },
  },
  keyed: {},
})

function listed<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list
}
