/** One step to one call of the data plane, and how the view is afterwards. */
import { CloudError } from '../../src/provider/cloud-error.ts'
import { requirePermit } from '../../src/provider/kit/permit.ts'
import type { StepAnswer } from '../../src/provider/provider.ts'
import { isAddressInUse } from './errors.ts'
import type { LocalClient } from './client.ts'
import { type LocalView, withInUse, withoutPart, withPart } from './parts.ts'
import type { ChangeStep, LocalStep, OpenStep } from './steps.ts'

/** Throws a CloudError. */
export async function apply(step: LocalStep, client: LocalClient): Promise<StepAnswer<LocalView>> {
  const { part } = step
  requirePermit()
  switch (step.verb) {
    case 'create':
      return orNextAddress(step, client, () => client.open(part))
    case 'update':
      return orNextAddress(step, client, () => client.change(part))
    case 'delete':
      await client.close(part)
      return (view) => withoutPart(view, part.owner.uid, part.key)
    default:
      return step satisfies never
  }
}

/** A published address may still be the process' before this one, which ends soon. */
const WAIT_MS = 10_000
const TRY_AGAIN_MS = 2_000

/** Where the address was chosen automatically and another program has the socket, the answer is what is in use, so that the next plan chooses another. */
async function orNextAddress(step: OpenStep | ChangeStep, client: LocalClient, call: () => Promise<void>): Promise<StepAnswer<LocalView>> {
  const { part, ifInUse } = step
  try {
    await call()
    return (view) => withPart(view, part)
  } catch (error) {
    if (ifInUse === undefined || !isAddressInUse(error)) throw error
    const found = await client.inUseBeside(part, ifInUse === 'next' ? 0 : WAIT_MS)
    if (found === undefined) throw stillInUse(step, error)
    return { fold: (view) => withInUse(view, found), isUndone: true }
  }
}

function stillInUse({ part }: OpenStep | ChangeStep, cause: unknown): CloudError {
  return new CloudError('later', {
    reason: 'Conflict',
    publicMessage:
      `${part.listener} at ${part.address} is in use by another program on this machine. ` +
      `Fairlead tries again every ${TRY_AGAIN_MS / 1000} s, and chooses another address when it is still in use after ${WAIT_MS / 1000} s`,
    blames: [part.owner.uid],
    afterMs: TRY_AGAIN_MS,
    cause,
  })
}
