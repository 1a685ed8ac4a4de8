/**
 * Registers as many targets as AWS takes. It takes all of one call or none, so that a call which is refused is made again in halves, until those at fault
 * are found; beyond a quota as many as fit, spread evenly over the zones.
 */
import { cidrContains, familyOf } from '../../../src/model/address.ts'
import { CloudError } from '../../../src/provider/cloud-error.ts'
import { messageOf } from '../api/errors.ts'
import { chunks } from '../../../src/provider/kit/pages.ts'
import { targetInput } from '../read/from-sdk/target-groups.ts'
import type { Network, Target } from '../view.ts'
import { type Context, patiently } from './change.ts'

/** More are refused, though the API's model sets no limit. */
const MOST_TARGETS = 200
/** Refused calls that one registration may cost: one in 200 takes at most 8, a quota about as many for each zone. Who is not found by then waits. */
const MOST_REFUSALS = 40

export interface RefusedTarget {
  readonly target: Target
  readonly error: CloudError
}

export interface Registration {
  readonly taken: readonly Target[]
  readonly refused: readonly RefusedTarget[]
}

/** Throws a CloudError where it is not a target's fault: a missing permission, a throttled call, an unclear answer. */
export async function register(context: Context, arn: string, targets: readonly Target[]): Promise<Registration> {
  const registrar = new Registrar(context, arn)
  for (const chunk of chunks(evenly(targets, context.base?.network), MOST_TARGETS)) await registrar.add(chunk)
  return registrar
}

class Registrar implements Registration {
  readonly taken: Target[] = []
  readonly refused: RefusedTarget[] = []
  readonly #context: Context
  readonly #arn: string
  /** Zones that are full; `everywhere` is the group's or the load balancer's own quota. */
  readonly #full = new Map<string, CloudError>()
  #refusals = 0

  constructor(context: Context, arn: string) {
    this.#context = context
    this.#arn = arn
  }

  /** At most as many as one call takes. */
  async add(targets: readonly Target[]): Promise<void> {
    const open = targets.filter((target) => !this.#isFull(target))
    const error = await this.#attempt(open)
    if (error === undefined) return
    if (error.reason === 'LimitReached') return this.#fill(open, error)
    const said = messageOf(error)
    const named = open.filter(({ id }) => isNamed(id, said))
    if (open.length === 1 || named.length === open.length || this.#refusals >= MOST_REFUSALS) return this.#refuse(open, error)
    this.#refuse(named, error)
    if (named.length > 0) return this.add(open.filter((target) => !named.includes(target)))
    for (const half of halves(open)) await this.add(half)
  }

  /** Undefined: they are registered, or there are none. */
  async #attempt(targets: readonly Target[]): Promise<CloudError | undefined> {
    const { account, signal } = this.#context
    if (targets.length === 0) return undefined
    try {
      await patiently(this.#context, [this.#arn], account.api.registerTargets({ TargetGroupArn: this.#arn, Targets: targets.map(targetInput) }, signal))
      this.taken.push(...targets)
      return undefined
    } catch (error) {
      if (!(error instanceof CloudError) || error.consequence !== 'refused' || error.blames !== undefined) throw error
      this.#refusals++
      return error
    }
  }

  /** As many as fit, in their order. Where one does not, its zone is full; where none of another zone does either, all is. */
  async #fill(targets: readonly Target[], error: CloudError): Promise<void> {
    if (targets.length === 1 || this.#refusals >= MOST_REFUSALS) {
      for (const target of targets) this.#full.set(this.#zoneOf(target), error)
      return this.#refuse(targets, error)
    }
    for (const half of halves(targets)) await this.add(half)
  }

  #refuse(targets: readonly Target[], error: CloudError): void {
    this.refused.push(...targets.map((target) => ({ target, error })))
  }

  #isFull(target: Target): boolean {
    const error = this.#full.get(this.#zoneOf(target))
    if (error !== undefined) this.#refuse([target], error)
    return error !== undefined
  }

  #zoneOf(target: Target): string {
    return zoneOf(target, this.#context.base?.network)
  }
}

/** Ids stand between quotes, spaces or brackets; one may be the beginning of another. */
function isNamed(id: string, said: string): boolean {
  return new RegExp(`(?<![\\w.:-])${id.replaceAll('.', String.raw`\.`)}(?![\\w:-]|\\.\\d)`).test(said)
}

function halves<T>(all: readonly T[]): readonly (readonly T[])[] {
  const middle = Math.ceil(all.length / 2)
  return [all.slice(0, middle), all.slice(middle)]
}

/** One of each zone after the other, so that any beginning of the list is spread evenly. */
function evenly(targets: readonly Target[], network: Network | undefined): readonly Target[] {
  const zones = [...Map.groupBy(targets, (target) => zoneOf(target, network)).values()]
  const longest = zones.reduce((most, { length }) => Math.max(most, length), 0)
  return Array.from({ length: longest }, (_, i) => zones.flatMap((zone) => zone[i] ?? [])).flat()
}

/** Of an instance, or of the subnet that an address is in; `all` where neither is known. */
function zoneOf({ id }: Target, network: Network | undefined): string {
  const instance = network?.instances.get(id)
  if (instance !== undefined || network === undefined || id.startsWith('i-')) return instance?.zone ?? 'all'
  const isIn = (cidr: string): boolean => familyOf(cidr) === familyOf(id) && cidrContains(cidr, id)
  return network.subnets.find(({ cidr, ipv6Cidrs }) => [cidr, ...ipv6Cidrs].some(isIn))?.zone ?? 'all'
}
