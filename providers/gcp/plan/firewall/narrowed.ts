/** The firewall rules of a Service whose configuration is not carried out: as they are, without what it does not ask for any more. Pure. */
import type { GcpOptions } from '../../../../annotations/gcp.ts'
import { familyOf } from '../../../../src/model/address.ts'
import { commonRanges } from '../../../../src/model/source-ranges.ts'
import type { Desired } from '../../../../src/provider/provider.ts'
import type { Allowed, Firewall } from '../../api/documents.ts'
import { type Opening, openingsFor } from '../wanted/firewall.ts'
import { runIn, runsOf, runText } from '../wanted/ports.ts'

/** Undefined: nothing of it is asked for. */
export function narrowed(found: Firewall, within: Desired<GcpOptions>): Firewall | undefined {
  const family = familyOf(found.destinationRanges?.[0] ?? '')
  const { listeners, sourceRanges } = within.settings
  const ports = listeners.flatMap(({ key, port, protocol, sourceRanges: own }) =>
    protocol === 'SCTP' ? [] : [{ key, port, protocol, ...(own === undefined ? {} : { sourceRanges: own }) }],
  )
  const asked = openingsFor({ ports, families: [family], ...(sourceRanges === undefined ? {} : { sourceRanges }) })
  const allowed = (found.allowed ?? []).flatMap((one) => keptOf(one, asked))
  // What one rule lets in has one list of sources: of ports with several, those that all of them have.
  const mayCome = asked
    .filter((opening) => allowed.some((one) => portsIn(one).some((port) => opens(opening, one.IPProtocol, port))))
    .reduce<readonly string[] | undefined>((ranges, opening) => commonRanges(ranges, opening.sourceRanges), found.sourceRanges)
  if (allowed.length === 0 || mayCome?.length === 0) return undefined
  return { ...found, allowed, ...(mayCome === undefined ? {} : { sourceRanges: mayCome }) }
}

function keptOf(one: Allowed, asked: readonly Opening[]): readonly Allowed[] {
  const ports = portsIn(one).filter((port) => asked.some((opening) => opens(opening, one.IPProtocol, port)))
  return ports.length === 0 ? [] : [{ ...one, ports: runsOf(ports).map(runText) }]
}

function opens({ allowed }: Opening, protocol: string, port: number): boolean {
  return allowed.some((one) => one.IPProtocol === protocol.toLowerCase() && portsIn(one).includes(port))
}

function portsIn({ ports = [] }: Allowed): readonly number[] {
  return ports.flatMap((text) => {
    const { from, to } = runIn(text) ?? { from: 1, to: 0 }
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)
  })
}
