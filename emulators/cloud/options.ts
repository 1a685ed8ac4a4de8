/** What every emulated cloud takes when it starts. */
import type { ClockOptions } from './clock.ts'
import type { ServeOptions } from './http/serve.ts'

export interface CloudOptions<Delays, Quotas, Seed> extends ClockOptions, Omit<ServeOptions, 'tls'> {
  /** `published`: the request rates that the cloud allows. Default `none`. */
  readonly limits?: 'none' | 'published'
  readonly delays?: Partial<Delays>
  readonly quotas?: Partial<Quotas>
  /** What stands from the start. Default: nothing. */
  readonly seed?: Seed
}
