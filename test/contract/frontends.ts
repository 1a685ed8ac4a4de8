/** What a local data plane holds, in texts that tell everything that matters of a frontend. */
import type { Frontend } from '../../providers/local/balancer/data-plane.ts'

export function ownedFrontends(frontends: readonly Frontend[]): readonly string[] {
  return frontends
    .map(({ key, address, port, protocol, rule }) => {
      const { targets, ...settings } = rule
      const names = targets.map(({ name }) => name).toSorted()
      return `${key.split('/')[0]} ${address} ${port}/${protocol} to ${names.join(' ')} ${JSON.stringify(settings)}`
    })
    .toSorted()
}
