/** The security groups that a Service names, by id or by the tag `Name`: found in the network before anything is planned. */
import type { Problem } from '../../../../src/model/problem.ts'
import { FIELDS } from '../../fields.ts'
import type { AwsView, Network } from '../../view.ts'
import type { Want } from '../parties.ts'

export type NamedGroups = { readonly want: Want } | { readonly problem: Problem } | { readonly unknown: 'network' }

/** The request with ids in place of names. Groups that a load balancer of the Stack carries already are not looked up. */
export function withGroupIds(want: Want, { loadBalancers }: AwsView, network: Network | undefined): NamedGroups {
  const { settings } = want.want
  const carried = new Set([...loadBalancers.values()].flatMap(({ securityGroups }) => securityGroups))
  const ids: string[] = []
  for (const text of settings.securityGroups) {
    if (network === undefined) {
      if (!isId(text)) return { unknown: 'network' }
      ids.push(text)
      continue
    }
    const found = idOf(text, network, carried)
    if ('problem' in found) return found
    ids.push(found.id)
  }
  if (ids.every((id, i) => id === settings.securityGroups[i])) return { want }
  return { want: { ...want, want: { ...want.want, settings: { ...settings, securityGroups: [...new Set(ids)] } } } }
}

/** In a message. */
const MOST_NAMED = 5

function isId(text: string): boolean {
  return /^sg-[0-9a-f]+$/.test(text)
}

function idOf(text: string, { vpcId, securityGroups }: Network, carried: ReadonlySet<string>): { readonly id: string } | { readonly problem: Problem } {
  const refuse = (reason: 'Invalid' | 'Conflict', wrong: string, more: Pick<Problem, 'allowed' | 'remedy'>) => ({
    problem: { reason, field: FIELDS.securityGroups, value: text, wrong, ...more, pace: 'by reading' } satisfies Problem,
  })
  const found = securityGroups.has(text) ? [text] : [...securityGroups].flatMap(([id, { name }]) => (name === text ? [id] : [])).toSorted()
  const [id] = found
  if (found.length > 1)
    return refuse(
      'Invalid',
      `is the tag Name of ${found.length} security groups: ${found.slice(0, MOST_NAMED).join(', ')}${found.length > MOST_NAMED ? ' and more' : ''}`,
      { allowed: 'one of these ids' },
    )
  if (id === undefined)
    return carried.has(text) && isId(text)
      ? { id: text }
      : refuse('Invalid', `is not a security group of ${vpcId}`, { allowed: 'ids, or values of the tag Name' })
  if (securityGroups.get(id)?.isOfFairlead !== true) return { id }
  return refuse('Conflict', `is a security group that Fairlead created (${id}), and its use here would prevent its deletion`, {
    remedy: 'Name a security group that was created outside Fairlead.',
  })
}
