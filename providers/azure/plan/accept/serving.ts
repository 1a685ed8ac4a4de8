/** What a Service whose configuration is carried out is to have. */
import type { Listener } from '../../../../src/model/load-balancer.ts'
import type { Want } from '../plan-context.ts'
import type { Site } from './site.ts'

/** A Service whose addresses are there. */
export interface Sited {
  readonly want: Want
  /** One for each family that it is served in; at least one. */
  readonly sites: readonly Site[]
}

export interface Serving extends Sited {
  /** The listeners that it gets; at least one. */
  readonly listeners: readonly Listener[]
}
