/** Names of owners, for a cloud that writes their uids alone: a view gives the uid, and the intents that it is planned for give the name. */
import { isNamed, type Owner } from '../../model/owner.ts'
import type { Intent } from '../provider.ts'

/** The owner with the name that one of the intents gives it; as it is where none does. For messages, which call a Service by its name. */
export function knownOwners(intents: readonly Intent<unknown>[]): (owner: Owner) => Owner {
  let named: ReadonlyMap<string, Owner> | undefined
  return (owner) => {
    if (isNamed(owner)) return owner
    named ??= new Map(intents.map((intent) => [intent.owner.uid, intent.owner]))
    return named.get(owner.uid) ?? owner
  }
}
