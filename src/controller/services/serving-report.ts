/** Which Stack serves a Service now. Pure. */
import type { Report } from './report.ts'
import type { ServiceFacts } from './service-update.ts'

/** The home's, or during a move or while the configuration is invalid, that of the Stack which still serves. */
export function servingReport({ placement, reports }: Pick<ServiceFacts, 'placement' | 'reports'>): Report | undefined {
  const home = placement?.home === undefined ? undefined : reports.get(placement.home)
  return [home, ...reports.values()].find((report) => report?.backends !== undefined && report.status.places.length > 0)
}
