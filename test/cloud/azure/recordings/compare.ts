/** Compares an answer with a recorded one, field by field. What two clouds must choose for themselves is compared by its form. */
import type { JsonObject } from '../../../../emulators/azure/index.ts'
import type { Got } from '../../ask.ts'
import { type Difference, textOf } from '../../recordings/difference.ts'
import { type Comparison, isMembers, nameAt, ownBy, walk } from '../../recordings/walk.ts'
import type { Exchange } from './lines.ts'

/** Versions and ids that stand for each other. */
export interface Pairs {
  /** False: one of the two has stood for another before. */
  isPair(kind: string, recorded: string, emulated: string): boolean
}

export function createPairs(): Pairs {
  const known = new Map<string, string>()
  return {
    isPair(kind, recorded, emulated) {
      const [forth, back] = [`${kind} > ${recorded}`, `${kind} < ${emulated}`]
      const isOk = (known.get(forth) ?? emulated) === emulated && (known.get(back) ?? recorded) === recorded
      known.set(forth, emulated)
      known.set(back, recorded)
      return isOk
    },
  }
}

/** Members whose value is each cloud's own. */
const OWN: Readonly<Record<string, RegExp>> = {
  resourceGuid: /^[0-9a-f-]{36}$/,
  ipAddress: /^[\d.]+$|:/,
  ipPrefix: /^[\d.]+\/\d+$|:/,
  alias: /^[\w-]+\.[0-9a-f-]{36}\.\w+\.azure\.privatelinkservice$/,
  macAddress: /^([0-9A-F]{2}-){5}[0-9A-F]{2}$/,
  internalDomainNameSuffix: /\.internal\.cloudapp\.net$/,
  currentValue: /^\d+$/,
  limit: /^\d+$/,
  fqdn: /\.cloudapp\.azure\.com$/,
}

export function compare(exchange: Exchange, got: Got, pairs: Pairs): readonly Difference[] {
  const found: Difference[] = []
  const at = { scenario: exchange.scenario, n: exchange.n, request: requestOf(exchange) }
  const note = (where: string, recorded: unknown, emulated: unknown): void =>
    void found.push({ ...at, where, recorded: textOf(recorded), emulated: textOf(emulated) })
  if (exchange.status !== got.status) {
    note('status', exchange.status, `${got.status} ${codeOf(got.body)}`)
    return found
  }
  compareHeaders(exchange, got, note)
  if (exchange.answer !== undefined) walk(comparisonOf(pairs, note), '', { recorded: exchange.answer, emulated: got.body })
  return found
}

function codeOf(body: JsonObject): string {
  return JSON.stringify(body['error'] ?? '').slice(0, 400)
}

function requestOf({ method, path, version }: Exchange): string {
  const [, rest = ''] = /Microsoft\.Network\/(.*)$/.exec(path) ?? []
  const types = rest.split('/').filter((_, at) => at % 2 === 0)
  return `${method} ${types.join('/')} ${version}`
}

type Note = (where: string, recorded: unknown, emulated: unknown) => void

/** Sources that left this header out say nothing of it. */
const hidesRetryAfter = ({ scenario }: Exchange): boolean => scenario.startsWith('cli-') || scenario.startsWith('cpa-')

/** Recorded before 2023, when this header and the counters had other names or were missing. */
const isOld = ({ version }: Exchange): boolean => version < '2023'

function compareHeaders(exchange: Exchange, { headers }: Got, note: Note): void {
  const { headers: recorded } = exchange
  for (const name of ['etag', 'location', 'azure-asyncoperation', 'x-ms-failure-cause', ...(isOld(exchange) ? [] : ['azure-asyncnotification'])]) {
    if ((recorded[name] === undefined) !== (headers[name] === undefined)) note(`header ${name}`, recorded[name], headers[name]?.slice(0, 40))
  }
  if (!hidesRetryAfter(exchange) && recorded['retry-after'] !== headers['retry-after'])
    note('header retry-after', recorded['retry-after'], headers['retry-after'])
  const counter = (of: Readonly<Record<string, string>>): string | undefined =>
    Object.keys(of)
      .find((name) => name.startsWith('x-ms-ratelimit-remaining-'))
      ?.replace(isOld(exchange) ? '-global' : '', '')
  const [before, now] = [counter(recorded), counter(headers)]
  // Many recordings keep no counter.
  if (before !== undefined && before !== now) note('header x-ms-ratelimit-remaining', before, now)
}

const isOwn = ownBy(OWN)

const withoutUuids = (text: string): string => text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '(uuid)')

function comparisonOf(pairs: Pairs, note: Note): Comparison {
  return {
    note,
    isOwn,
    idOf: (one) => (isMembers(one) && typeof one['id'] === 'string' ? withoutUuids(one['id']).toLowerCase() : undefined),
    texts(where, recorded, emulated) {
      const name = nameAt(where)
      if (name === 'etag') {
        if (recorded !== 'e0' && !pairs.isPair('etag', recorded, emulated)) note(where, 'a version that is equal where it was equal before', 'another')
        return
      }
      if (recorded === emulated || isOwn(name, recorded, emulated)) return
      if (withoutUuids(recorded) !== withoutUuids(emulated)) note(where, recorded, emulated)
    },
  }
}
