/** The instances in a group, of either kind. */
import type { Account } from '../api/account.ts'
import { idIn, keyOfId, parseId } from '../api/ids.ts'

/** Keys of ids. Throws a CloudError. */
export async function instancesIn(group: string, { api }: Account, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const pages = await Array.fromAsync(api.instances(group, signal))
  return new Set(pages.flat().map(keyOfId))
}

/** The same of an endpoint group, whose endpoints name instances of its zone by their names. */
export async function endpointsIn(group: string, { api }: Account, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const id = parseId(group)
  const pages = await Array.fromAsync(api.endpoints(group, signal))
  const idOf = (instance: string): string =>
    parseId(instance) === undefined && id !== undefined ? idIn(id.project, id.scope, 'instances', instance) : keyOfId(instance)
  return new Set(pages.flat().map(({ instance }) => idOf(instance)))
}
