/** Another writer of the objects that we write too: it labels forwarding rules, names ports of groups, and sets of a backend service what we do not. */
import { type GcpEmulator, type JsonObject, Refusal } from '../../../emulators/gcp/index.ts'
import type { CloudObject } from '../under-test.ts'
import { isOurs, objectsOf, patch, post, read } from './foreign.ts'

export interface Others {
  /** It changes something of its own in each object; where another change runs, it is refused. */
  write(): void
  /** What it keeps there, as it is and as it was written. */
  parts(): { readonly found: unknown; readonly expected: unknown }
}

/** What it writes the first, the second time. */
const WRITES: Readonly<Record<string, (gcp: GcpEmulator, id: string, turn: number) => void>> = {
  forwardingRules: (gcp, id, turn) => post(gcp, `${id}/setLabels`, { labels: { turn: `${turn}` }, labelFingerprint: read(gcp, id)['labelFingerprint'] ?? '' }),
  instanceGroups: (gcp, id, turn) =>
    post(gcp, `${id}/setNamedPorts`, { namedPorts: [{ name: 'turn', port: turn }], fingerprint: read(gcp, id)['fingerprint'] ?? '' }),
  backendServices: (gcp, id, turn) => patch(gcp, id, { failoverPolicy: { failoverRatio: turn / 1_000 } }),
}

const PARTS: Readonly<Record<string, (document: JsonObject) => unknown>> = {
  forwardingRules: ({ labels }) => labels,
  instanceGroups: ({ namedPorts }) => namedPorts,
  backendServices: ({ failoverPolicy }) => failoverPolicy,
}

export function othersOf(gcp: GcpEmulator, clusterId: string): Others {
  const ours = isOurs(clusterId)
  const expected = new Map<string, unknown>()
  let turn = 0
  return {
    write() {
      turn += 1
      for (const one of objectsOf(gcp).filter(ours)) {
        if (!tries(() => WRITES[one.kind]?.(gcp, one.id, turn))) continue
        const { key, part } = partOf(gcp, one)
        if (part !== undefined) expected.set(key, part)
      }
    },
    parts() {
      const there = objectsOf(gcp)
        .filter((one) => ours(one) && one.kind in WRITES)
        .map((one) => partOf(gcp, one))
        .filter(({ key }) => expected.has(key))
      return { found: there, expected: there.map(({ key }) => ({ key, part: expected.get(key) })) }
    },
  }
}

/** One that was made anew is another object. */
function partOf(gcp: GcpEmulator, { id, kind }: CloudObject): { readonly key: string; readonly part: unknown } {
  const document = read(gcp, id)
  return { key: `${id} ${JSON.stringify(document['id'])}`, part: PARTS[kind]?.(document) }
}

function tries(act: () => void): boolean {
  try {
    act()
    return true
  } catch (error) {
    if (error instanceof Refusal) return false
    throw error
  }
}
