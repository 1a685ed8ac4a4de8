/** Compares an answer with a recorded one. What two clouds must choose for themselves is compared by its form. */
import type { Got } from '../../ask.ts'
import { type Difference, textOf } from '../../recordings/difference.ts'
import { type Comparison, nameAt, ownBy, walk } from '../../recordings/walk.ts'
import type { Exchange } from './lines.ts'

const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/
const VERSION = /^[\w+/-]+=$/

/** Members whose value is each cloud's own. Sources replaced ids of targets by names. */
const isOwn = ownBy({
  id: /^\d+$/,
  targetId: /^\d+$|^[a-z-]+-\d$/,
  creationTimestamp: TIME,
  insertTime: TIME,
  startTime: TIME,
  endTime: TIME,
  fingerprint: VERSION,
  labelFingerprint: VERSION,
  IPAddress: /^[\d.]+$/,
  address: /^[\d.]+$/,
  gatewayAddress: /^[\d.]+$/,
  internalIpv6Range: /^fd20:[\da-f:]+\/48$/,
})

export function compare(exchange: Exchange, got: Got): readonly Difference[] {
  const { scenario, n, method, path, status, answer } = exchange
  const found: Difference[] = []
  const note: Comparison['note'] = (where, recorded, emulated) =>
    void found.push({ scenario, n, request: `${method} ${kindOf(path)}`, where, recorded: textOf(recorded), emulated: textOf(emulated) })
  if (status === got.status) walk(comparison(note), '', { recorded: answer, emulated: got.body })
  else note('status', status, `${got.status} ${textOf(got.body)}`)
  return found
}

/** `regions/subnetworks`, `global/networks`, `zones/instanceGroups/addInstances` */
function kindOf(path: string): string {
  const parts = path.split('/')
  const [scope, rest] = parts[0] === 'global' ? ['global', parts.slice(1)] : [parts[0] ?? '', parts.slice(2)]
  return [scope, ...rest.filter((_, at) => at % 2 === 0)].join('/')
}

function comparison(note: Comparison['note']): Comparison {
  return {
    note,
    isOwn,
    idOf: () => undefined,
    texts(where, recorded, emulated) {
      const name = nameAt(where)
      if (isOwn(name, recorded, emulated)) return
      const [a, b] = [plain(name, recorded), plain(name, emulated)]
      if (a !== b) note(where, a, b)
    },
  }
}

/** Without host and version of the API, and without what an operation is called. */
function plain(name: string, text: string): string {
  const short = text.replace(/^https?:\/\/[^/]+\/compute\/(v1|beta)\//, '').replace(/operation-\d+(-[0-9a-f]+){3}/, '(operation)')
  return name === 'selfLinkWithId' ? short.replace(/\/[^/]+$/, '') : short
}
