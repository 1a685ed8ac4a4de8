/** What a Service's author should know though the Service is served: annotations that have no effect, and what cannot be had. Pure. */
import type { Serving } from './serving.ts'
import { FIELDS } from '../../fields.ts'

/** Full sentences. */
export function configurationNotes({ want: { want }, sites, without }: Serving): readonly string[] {
  const { settings, options } = want
  const isInternal = sites.some(({ scheme }) => scheme === 'INTERNAL')
  const idle = (field: string, because: string): readonly string[] => [`${field} has no effect, because ${because}.`]
  const usesSubnet = isInternal || settings.families.includes('IPv6')
  return [
    ...(options.logging === true
      ? []
      : [
          ...(options.logSampleRate === undefined ? [] : idle(FIELDS.logSampleRate, `${FIELDS.logging} is not "true"`)),
          ...(options.logFields === undefined ? [] : idle(FIELDS.logFields, `${FIELDS.logging} is not "true"`)),
        ]),
    ...(settings.zonalAffinity === true && sites.some(({ scheme }) => scheme === 'EXTERNAL')
      ? [`${FIELDS.trafficDistribution} is followed by kube-proxy alone, because Google has zonal affinity only for internal load balancers.`]
      : []),
    ...(settings.subnets.length > 0 && !usesSubnet ? idle(FIELDS.subnets, 'a public IPv4 address is in no subnet') : []),
    ...(settings.addresses.length > 0 && settings.addressNames.length > 0
      ? [`${FIELDS.addressNames} takes precedence over ${settings.addressesFrom ?? FIELDS.addresses} for addresses of the same IP family.`]
      : []),
    ...[...without]
      .filter(([family]) => settings.families.includes(family))
      .map(([family, { field, value = '', wrong }]) => `There is no ${family} address: ${field} ${value} ${wrong}.`),
  ]
}
