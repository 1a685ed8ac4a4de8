/** Sends the recorded requests of a scenario to an emulated Azure, in their order, and says what differs in the answers. */
import { type AzureEmulator, Refusal, startAzure } from '../../../../emulators/azure/index.ts'
import { type Got, ask } from '../../ask.ts'
import type { Difference } from '../../recordings/difference.ts'
import { compare, createPairs } from './compare.ts'
import { type Exchange, type Line, type Step, isStep } from './lines.ts'

const SUBSCRIPTION = '00000000-0000-0000-0000-000000000000'

/** Long enough for every operation. */
const LONG_MS = 300_000

export async function replay(lines: readonly Line[]): Promise<readonly Difference[]> {
  const azure = await startAzure({
    virtualTime: true,
    tls: false,
    subscription: SUBSCRIPTION,
    location: locationOf(lines),
    seed: { addresses: 0, prefixes: [], subnets: [] },
  })
  try {
    const player: Player = { azure, operations: new Map(), pairs: createPairs(), found: [] }
    for (const line of lines) {
      if (isStep(line)) take(azure, line)
      else await play(player, line)
    }
    return player.found
  } finally {
    await azure.close()
  }
}

/** Where most of it is. */
function locationOf(lines: readonly Line[]): string {
  return /"location":"(\w+)"/.exec(JSON.stringify(lines))?.[1] ?? 'westus'
}

interface Player {
  readonly azure: AzureEmulator
  /** Recorded ids of operations, and those of the emulator. */
  readonly operations: Map<string, string>
  readonly pairs: ReturnType<typeof createPairs>
  readonly found: Difference[]
}

/** Sends one request. */
async function play({ azure, operations, pairs, found }: Player, exchange: Exchange): Promise<void> {
  await letPass(azure, exchange, operations)
  const got = await ask(azure, {
    method: exchange.method,
    path: pathOf(exchange, operations),
    body: exchange.body,
    headers: exchange.ifMatch === undefined ? {} : { 'if-match': exchange.ifMatch },
  })
  noteOperation(operations, exchange, got)
  found.push(...compare(exchange, got, pairs))
}

/** As much time as must have passed before this request: until what it asks for was done, where the recorded answer shows that it was. */
async function letPass(azure: AzureEmulator, exchange: Exchange, operations: ReadonlyMap<string, string>): Promise<void> {
  if (exchange.isAtOnce === true || exchange.answer?.['status'] === 'InProgress') return
  if (exchange.method !== 'GET') azure.advance(LONG_MS)
  else for (let ms = 0; ms < LONG_MS && isBeingDone(azure, pathOf(exchange, operations)); ms += 1000) azure.advance(1000)
}

function isBeingDone({ cloud }: AzureEmulator, path: string): boolean {
  try {
    return /"provisioningState":"(Updating|Deleting)"|"status":"InProgress"/.test(JSON.stringify(cloud.call({ method: 'GET', path }).body ?? {}))
  } catch (error) {
    if (error instanceof Refusal) return false
    throw error
  }
}

function pathOf({ path, version, query = {} }: Exchange, operations: ReadonlyMap<string, string>): string {
  const [, recorded = ''] = /\/(?:operations|operationResults)\/([^/]+)$/.exec(path) ?? []
  const known = operations.get(recorded) ?? recorded
  return `${path.slice(0, path.length - recorded.length)}${known}?${new URLSearchParams({ ...query, 'api-version': version }).toString()}`
}

/** The last one counts: some sources have hidden the ids, so that all are the same. */
function noteOperation(operations: Map<string, string>, { headers }: Exchange, got: Got): void {
  const recorded = headers['azure-asyncoperation']?.split(' ')[1]
  const [, own] = /\/operations\/([^?]+)/.exec(got.headers['azure-asyncoperation'] ?? '') ?? []
  if (recorded !== undefined && own !== undefined) operations.set(recorded, own)
}

function take(azure: AzureEmulator, step: Step): void {
  const { cloud } = azure
  azure.advance(LONG_MS)
  switch (step.step) {
    case 'group':
    case 'no group':
      cloud.call({
        method: step.step === 'group' ? 'PUT' : 'DELETE',
        path: `/subscriptions/${SUBSCRIPTION}/resourceGroups/${step.group}`,
        body: { location: 'westus' },
      })
      break
    case 'given':
      cloud.call({ method: 'PUT', path: `${step.path}?api-version=${step.version}`, body: step.body })
      break
    case 'machine':
      cloud.attachMachine(step.id, step.interface)
      break
    case 'no machine':
      cloud.detachMachine(step.id)
      break
    default:
      step satisfies never
  }
}
