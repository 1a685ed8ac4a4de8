/** Which providers there are. Each is loaded when it is asked for, so that one cloud's libraries are not loaded for another. */
export const PROVIDERS = {
  local: () => import('./local/index.ts'),
  aws: () => import('./aws/index.ts'),
} as const

/** What those that work in a cloud account have to be allowed there. */
export const PERMISSIONS = {
  aws: () => import('./aws/permissions.ts'),
} as const

export type ProviderName = keyof typeof PROVIDERS

export const PROVIDER_NAMES = Object.keys(PROVIDERS) as readonly ProviderName[]

export function isProviderName(name: string): name is ProviderName {
  return Object.hasOwn(PROVIDERS, name)
}
