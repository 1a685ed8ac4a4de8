/** The capacity that a load balancer keeps ready. */
import type { LoadBalancer } from '../cloud/objects.ts'
import type { Region } from '../cloud/region.ts'
import type { Input } from '../wire/input.ts'
import type { Members } from '../wire/output.ts'
import { Refusal, invalidValue } from '../wire/refusal.ts'
import { stateOf } from './balancers.ts'
import { bounded } from './checks.ts'
import { balancerNamed } from './find.ts'

const MOST_UNITS = 4_000_000

export function describeCapacityReservation(region: Region, input: Input): Members {
  return show(balancerNamed(region, input))
}

/** Only an active load balancer takes one. */
export function modifyCapacityReservation(region: Region, input: Input): Members {
  const balancer = balancerNamed(region, input)
  const units = input.part('MinimumLoadBalancerCapacity')
  const isReset = input.flag('ResetCapacityReservation') === true
  if ((units === undefined) !== isReset) throw invalidValue(`Specify either 'MinimumLoadBalancerCapacity' or 'ResetCapacityReservation'`)
  const state = stateOf(region, balancer)
  if (state !== 'active') {
    throw new Refusal('OperationNotPermitted', `The capacity of load balancer '${balancer.arn}' cannot be modified while its state is '${state}'`)
  }
  const wanted = units && bounded(units, 'CapacityUnits', { from: 1, to: MOST_UNITS })
  if (wanted === undefined && !isReset) throw invalidValue(`'CapacityUnits' is required`)
  if (wanted === undefined) delete balancer.capacityUnits
  else balancer.capacityUnits = wanted
  balancer.capacityChangedAt = region.clock.now()
  return show(balancer)
}

function show({ capacityUnits, capacityChangedAt, attachments }: LoadBalancer): Members {
  return {
    LastModifiedTime: capacityChangedAt === undefined ? undefined : new Date(capacityChangedAt),
    DecreaseRequestsRemaining: 2,
    MinimumLoadBalancerCapacity: capacityUnits === undefined ? undefined : { CapacityUnits: capacityUnits },
    CapacityReservationState:
      capacityUnits === undefined
        ? []
        : attachments.map(({ zone }) => ({
            State: { Code: 'provisioned' },
            AvailabilityZone: zone,
            EffectiveCapacityUnits: capacityUnits / attachments.length,
          })),
  }
}
