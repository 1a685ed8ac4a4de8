/** The differences between the emulator and the recorded answers that are known and kept, each with its reason. What is not listed here fails the comparison. */
import type { Known } from '../../recordings/difference.ts'

export const KNOWN: readonly Known[] = [
  {
    what: 'An operation shows its `user`.',
    because: 'All do since 2024; these are of 2021.',
    scenarios: ['c7n-firewall-2', 'c7n-firewall-3'],
    at: /^(PATCH|DELETE) global\/firewalls user$/,
  },
  {
    what: 'An address shows `addressType` and `labelFingerprint`.',
    because: 'Answers of 2026 do, that of 2019 did not.',
    scenarios: ['c7n-addresses-0'],
    at: /^GET regions\/addresses (addressType|labelFingerprint)$/,
  },
  {
    what: 'A forwarding rule shows `selfLinkWithId`, `fingerprint` and `labelFingerprint`.',
    because: 'Answers since 2024 do, that of 2019 did not.',
    scenarios: ['c7n-forwarding-rules-0'],
    at: /^GET regions\/forwardingRules (selfLinkWithId|fingerprint|labelFingerprint)$/,
  },
]
