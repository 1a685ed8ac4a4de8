/** Short ways to write a list of capabilities. */
import { type Capabilities, FEATURES, type Feature, type Support } from '../capabilities.ts'

export const yes: Support = { supported: true }

/** Yes, with what a user should know. */
export function noted(note: string): Support {
  return { supported: true, note }
}

/** `because`: the reason, as the Service's condition and the docs show it. */
export function no(because: string): Support {
  return { supported: false, because }
}

/**
 * The named features and no others, all for one reason: for a provider that begins. One that is in use answers each feature with a reason of its own, so that
 * a feature that is added later fails its build until it has answered.
 */
export function only(features: readonly Feature[], because: string): Capabilities {
  const support = (feature: Feature): Support => (features.includes(feature) ? yes : no(because))
  return Object.fromEntries((Object.keys(FEATURES) as Feature[]).map((feature) => [feature, support(feature)])) as Capabilities
}
