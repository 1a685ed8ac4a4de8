/** `fairlead permissions`: what a provider has to be allowed in its cloud, as the document that the cloud takes. Makes no call. */
import { present } from '../model/present.ts'
import { SettingError } from '../config.ts'
import type { SettingValues } from '../model/setting.ts'
import type { PermissionFeature, ProviderPermissions } from '../provider/permissions.ts'
import type { CommandBody } from './program.ts'

/** Throws a SettingError that names the provider and those that need rights. */
export type LoadPermissions = (provider: string) => Promise<ProviderPermissions<SettingValues>>

export function permissionsCommand(loadPermissions: LoadPermissions): CommandBody {
  return async (settings, terminal, [provider = '']) => {
    const { features, document } = await loadPermissions(provider)
    const { with: added, without, 'cluster-id': clusterId } = settings
    requireKnown('--with', added, features)
    requireKnown('--without', without, features)
    const byDefault = Object.keys(features).filter((name) => features[name]?.byDefault === true)
    const chosen = new Set([...byDefault, ...added].filter((name) => !without.includes(name)))
    terminal.out(document({ features: chosen, settings, ...present({ clusterId }) }))
    return 0
  }
}

function requireKnown(flag: string, names: readonly string[], features: Readonly<Record<string, PermissionFeature>>): void {
  const unknown = names.find((name) => !Object.hasOwn(features, name))
  if (unknown === undefined) return
  const known = Object.entries(features).map(([name, { what }]) => `\n  ${name}: ${what}`)
  throw new SettingError(`${flag} is ${JSON.stringify(unknown)}; allowed:${known.join('')}`)
}
