/** What this process listens on, as the view of the one Stack there is. */
import type { LocalClient } from './client.ts'
import { type LocalView, viewOf } from './parts.ts'

export const STACK = 'local'

export async function observe(client: LocalClient): Promise<LocalView> {
  const [parts, machine] = [await client.parts(), await client.machine()]
  return viewOf(parts, machine)
}
