/** A reserved address that a Service names, before anything is made at it: whether it is there, and who uses it. */
import { parseAddress } from '../../../src/model/address.ts'
import { present } from '../../../src/model/present.ts'
import { CloudError } from '../../../src/provider/cloud-error.ts'
import type { Fold } from '../../../src/provider/provider.ts'
import type { Address, ForwardingRule } from '../api/documents.ts'
import { idIn, keyOfId, parseId } from '../api/ids.ts'
import { otherController, readMark } from '../marks.ts'
import { listed } from '../read/parts.ts'
import type { LookStep } from '../steps.ts'
import type { AddressUser, GcpView } from '../view.ts'
import type { Context } from './context.ts'

/** By its name one read, by the address one list; where another load balancer uses it one more. Throws a CloudError. */
export async function lookFor({ asked }: LookStep, context: Context): Promise<Fold<GcpView>> {
  const address = await addressOf(asked, context)
  const user = address?.users?.map(keyOfId).find((id) => !context.view.rules.has(id))
  const looked = present({ address, user: user === undefined ? undefined : await userAt(user, context), network: context.base?.network })
  return (view) => ({ ...view, looked: new Map(view.looked).set(asked, looked) })
}

async function addressOf(asked: string, { account, signal }: Context): Promise<Address | undefined> {
  const { project, region } = account.config
  if (parseAddress(asked) === undefined) return account.api.get<Address>(idIn(project, { region }, 'addresses', asked), signal)
  return (await listed<Address>(account, { project, kind: 'addresses', scope: { region }, filter: `address eq "${asked}"` }, signal))[0]
}

/** Whose forwarding rule it is stands in its description, which may be in a project that we may not read. */
async function userAt(id: string, { account, signal }: Context): Promise<AddressUser> {
  if (parseId(id)?.kind !== 'forwardingRules') return { id }
  try {
    const { description } = (await account.api.get<ForwardingRule>(id, signal)) ?? {}
    return { id, ...present({ owner: readMark(account.config.clusterId, description)?.owner, controller: otherController(description) }) }
  } catch (error) {
    if (error instanceof CloudError && error.reason === 'Denied') return { id }
    throw error
  }
}
