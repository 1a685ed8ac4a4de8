/** The request rates that Google Cloud allows: per project and minute, by group of methods. */
import type { CloudClock } from '../cloud/clock.ts'
import type { Asked } from '../cloud/journal.ts'
import { type Limiter, type Rate, tokenBuckets } from '../cloud/limiter.ts'

export type Family = 'reads' | 'writes' | 'global reads' | 'global writes' | 'operation reads' | 'heavy reads' | 'endpoint writes' | 'endpoint lists'

/** 1,500 a minute in each group: "Compute Engine API rate quotas". Projects differ. */
const RATE: Rate = { burst: 1_500, perSecond: 25 }

const RATES: Readonly<Record<Family, Rate>> = {
  reads: RATE,
  writes: RATE,
  'global reads': RATE,
  'global writes': RATE,
  'operation reads': RATE,
  'heavy reads': RATE,
  'endpoint writes': RATE,
  'endpoint lists': RATE,
}

const GLOBAL = new Set(['firewalls', 'globalOperations', 'healthChecks', 'networks', 'projects', 'regions', 'zones'])

/** `action`: `regionBackendServices.patch`. */
export function familyOf({ action, kind }: Asked): Family {
  const [service = '', method = ''] = action.split('.')
  if (method === 'wait' || method === 'aggregatedList') return 'heavy reads'
  if (service.endsWith('Operations') && method === 'get') return 'operation reads'
  if (method.endsWith('NetworkEndpoints')) return method === 'listNetworkEndpoints' ? 'endpoint lists' : 'endpoint writes'
  const group = kind === 'read' ? 'reads' : 'writes'
  return GLOBAL.has(service) ? `global ${group}` : group
}

export function publishedLimits(clock: CloudClock): Limiter {
  return tokenBuckets(clock, RATES, familyOf)
}
