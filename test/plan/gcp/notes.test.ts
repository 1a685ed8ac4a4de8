/** What a Service's author is told though the Service is served. */
import { expect, test } from 'vitest'
import type { GcpOptions } from '../../../annotations/gcp.ts'
import { configurationNotes } from '../../../providers/gcp/plan/accept/notes.ts'
import type { Serving } from '../../../providers/gcp/plan/accept/serving.ts'
import { type Ask, owner, wish } from '../../contract/wish.ts'

interface Asked extends Ask {
  readonly options?: GcpOptions
  /** Default: internet-facing. */
  readonly isInternal?: true
}

function notesOf({ options = {}, isInternal, ...ask }: Asked): readonly string[] {
  const { settings, ...rest } = wish(ask)
  const sites = settings.families.map((family) => ({ family, scheme: isInternal ? ('INTERNAL' as const) : ('EXTERNAL' as const), network: 'n', isFree: false }))
  const want = { owner: owner('web'), want: { settings, ...rest, options }, published: [] }
  return configurationNotes({ want, sites, without: new Map() } as unknown as Serving)
}

const LOGGING = 'gcp.fairlead.dev/logging is not "true"'
test.each<[string, Asked, readonly string[]]>([
  ['nothing of a plain one', {}, []],
  ["nothing where the client's zone comes first", { zonalAffinity: true, isInternal: true }, []],
  [
    "that Google has no preference for the client's zone outside",
    { zonalAffinity: true },
    ['spec.trafficDistribution is followed by kube-proxy alone, because Google has zonal affinity only for internal load balancers.'],
  ],
  [
    'which settings of logs are idle',
    { options: { logSampleRate: 0.5, logFields: ['all'] } },
    ['log-sample-rate', 'log-fields'].map((name) => `gcp.fairlead.dev/${name} has no effect, because ${LOGGING}.`),
  ],
  ['nothing of logs that are on', { options: { logging: true, logSampleRate: 0.5 } }, []],
  ['that a public address is in no subnet', { subnets: ['a'] }, ['fairlead.dev/subnets has no effect, because a public IPv4 address is in no subnet.']],
  ['nothing of the subnet inside', { subnets: ['a'], isInternal: true }, []],
])('%s', (_, asked, expected) => expect(notesOf(asked)).toEqual(expected))
