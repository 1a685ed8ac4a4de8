/** One step to one call of the data plane, and how the view is afterwards. */
import type { Fold } from '../../src/provider/provider.ts'
import type { LocalClient } from './client.ts'
import { type LocalView, withoutPart, withPart } from './parts.ts'
import type { LocalStep } from './steps.ts'

/** Throws a CloudError. */
export async function apply(step: LocalStep, client: LocalClient): Promise<Fold<LocalView>> {
  const { part } = step
  switch (step.verb) {
    case 'create':
      await client.open(part)
      return (view) => withPart(view, part)
    case 'update':
      await client.change(part)
      return (view) => withPart(view, part)
    case 'delete':
      await client.close(part)
      return (view) => withoutPart(view, part.owner.uid, part.key)
    default:
      return step satisfies never
  }
}
