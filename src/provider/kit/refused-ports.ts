/** Refusals of single ports, put together: a Service may have some from its configuration, some from a planner, and for several reasons. */
import { isDeepStrictEqual } from 'node:util'
import type { Listener } from '../../model/load-balancer.ts'
import type { Owner } from '../../model/owner.ts'
import { oneProblem, type Problem } from '../../model/problem.ts'
import type { Refusal } from '../provider.ts'

/** In `ports[].error` of a Service: another one has the port. */
export const PORT_HELD = 'fairlead.dev/PortHeld'

/** A listener that cannot be had while the others can. */
export interface RefusedPort {
  readonly listener: Pick<Listener, 'port' | 'protocol'>
  /** For `ports[].error`. */
  readonly error: string
  readonly problem: Problem
}

/** One refusal for all ports, of which there is at least one: the first problem in full, the others in a clause. */
export function portsRefusal(owner: Owner, refused: readonly RefusedPort[]): Refusal {
  const ports = refused.map(({ listener: { port, protocol }, error }) => ({ port, protocol, error }))
  const problems = [...new Map(refused.map(({ problem }) => [`${problem.value} ${problem.wrong}`, problem])).values()]
  const problem = oneProblem(problems)
  if (problem === undefined) throw new Error('a refusal without a port')
  return { owner, ports, problem }
}

/** Two refusals of one owner as one. A refusal of the whole Service contains those of its ports. */
export function mergedRefusals(before: Refusal | undefined, more: Refusal): Refusal {
  if (before === undefined || more.ports === undefined) return more
  if (before.ports === undefined) return before
  const known = before.ports
  const added = more.ports.filter((port) => !known.some((one) => isDeepStrictEqual(one, port)))
  return added.length === 0 ? before : { ...before, ports: [...known, ...added], problem: oneProblem([before.problem, more.problem]) ?? before.problem }
}
