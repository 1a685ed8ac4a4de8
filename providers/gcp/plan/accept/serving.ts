/** A Service whose configuration is carried out, and where. */
import type { Family } from '../../../../src/model/address.ts'
import type { Listener } from '../../../../src/model/load-balancer.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import type { Naming } from '../../names.ts'
import type { Want } from '../plan-context.ts'
import type { FoundSite } from '../wanted/sites.ts'

export interface Serving {
  readonly want: Want
  /** Of what this Service alone has. */
  readonly naming: Naming
  /** Of the families that it has. */
  readonly sites: readonly FoundSite[]
  /** Those that it gets. */
  readonly listeners: readonly Listener[]
  /** Families that it would like to have and that cannot be had. */
  readonly without: ReadonlyMap<Family, Problem>
  /** Several Services may have the address. */
  readonly isShared: boolean
}
