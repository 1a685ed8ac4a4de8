/** Sends the recorded requests of a scenario to an emulated Google Cloud, in their order, and says what differs in the answers. */
import { type GcpEmulator, type JsonObject, startGcp } from '../../../../emulators/gcp/index.ts'
import { type Got, ask } from '../../ask.ts'
import type { Difference } from '../../recordings/difference.ts'
import { compare } from './compare.ts'
import { type Exchange, type Line, type Step, isStep } from './lines.ts'

const BASE = '/compute/v1/projects/project'
/** Long enough for every operation. */
const LONG_MS = 300_000
const MACHINES = ['instance-1', 'instance-2'].map((name) => ({ name, zone: 'us-central1-a', subnetwork: 'nodes' }))

export async function replay(lines: readonly Line[]): Promise<readonly Difference[]> {
  const needsMachines = lines.some((line) => JSON.stringify(line).includes('/instances/'))
  // The machines of a recording are in its own network.
  const seed = needsMachines ? { cluster: 'network-1', addresses: 0, machines: MACHINES } : { cluster: 'seeded', addresses: 0 }
  const gcp = await startGcp({ virtualTime: true, project: 'project', seed })
  try {
    const found: Difference[] = []
    let operation = ''
    for (const line of lines) {
      if (!isStep(line)) {
        const got = await play(gcp, line, operation)
        if (got.body['kind'] === 'compute#operation' && line.method !== 'GET') operation = nameOf(got.body)
        found.push(...compare(line, got))
      } else await take(gcp, line)
    }
    return found
  } finally {
    await gcp.close()
  }
}

const nameOf = (body: JsonObject): string => (typeof body['name'] === 'string' ? body['name'] : '')

async function play(gcp: GcpEmulator, { method, path, body, isAtOnce }: Exchange, operation: string): Promise<Got> {
  if (isAtOnce !== true) gcp.advance(LONG_MS)
  const sent = body?.['labelFingerprint'] === undefined ? body : { ...body, labelFingerprint: await labelsVersion(gcp, path) }
  return ask(gcp, { method, path: `${BASE}/${path.replace('{operation}', operation)}`, body: sent })
}

async function labelsVersion(gcp: GcpEmulator, path: string): Promise<string> {
  const { body } = await ask(gcp, { method: 'GET', path: `${BASE}/${path.replace(/\/setLabels$/, '')}` })
  return typeof body['labelFingerprint'] === 'string' ? body['labelFingerprint'] : ''
}

async function take(gcp: GcpEmulator, step: Step): Promise<void> {
  gcp.advance(LONG_MS)
  const { cloud } = gcp
  if (step.step === 'gone') {
    cloud.call({ method: 'DELETE', path: `${BASE}/${step.path}` })
    return
  }
  const isThere = (await ask(gcp, { method: 'GET', path: `${BASE}/${step.path}/${nameOf(step.body)}` })).status === 200
  if (!isThere) cloud.call({ method: 'POST', path: `${BASE}/${step.path}`, body: step.body })
  gcp.advance(LONG_MS)
  if (step.labels === undefined || Object.keys(step.labels).length === 0) return
  const path = `${step.path}/${nameOf(step.body)}/setLabels`
  cloud.call({ method: 'POST', path: `${BASE}/${path}`, body: { labels: step.labels, labelFingerprint: await labelsVersion(gcp, path) } })
}
