/**
 * Makes `recorded.jsonl` from a folder with one file for each recorded scenario: `npm exec -- node test/cloud/azure/recordings/compact.ts FOLDER`. What a comparison
 * cannot use is left out: texts of errors, signatures, times, and answers that repeat the one before them.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { folded, numbered } from './fold.ts'
import { type Exchange, type Line, RECORDED, shorten } from './lines.ts'
import { type Source, prepare } from './prepare.ts'

/** Recorded requests that do not stand in the order in which they were sent; the counters in their answers show it. */
const ORDER: Readonly<Record<string, readonly number[]>> = {
  // The third address was asked for before its prefix was there.
  'aso-public-ip-missing-prefix': [2, 3, 5, 4, 6, 7, 8, 9, 11, 12, 13, 15, 16, 18, 19, 25, 26, 27, 28],
  'net-lb-with-vms': [
    0, 5, 6, 7, 8, 10, 15, 17, 36, 37, 38, 40, 42, 9, 48, 54, 12, 16, 55, 60, 19, 43, 39, 13, 20, 1, 14, 21, 61, 62, 63, 65, 66, 67, 41, 68, 73, 46, 74, 75, 76,
  ],
  'net-lb-internal': [3, 4, 5, 7, 9, 16, 18, 36, 6, 38, 8, 44, 48, 12, 17, 49, 53, 20, 39, 13, 21, 1, 14, 22, 37, 54, 60, 42, 61, 62, 63],
  'net-lb-outbound-rule': [1, 2, 3, 4, 5, 6, 7, 8, 11, 20, 21, 22, 9, 14, 10, 17],
  'net-lb-vmss-two-pools': [1, 2, 3, 4, 5, 6, 7, 8],
}

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: compact.ts FOLDER')

const names = readdirSync(folder).filter((name) => name.endsWith('.jsonl') && name !== 'errors.jsonl')
const lines = names.toSorted().flatMap((name) => scenario(name.replace('.jsonl', ''), readFileSync(join(folder, name), 'utf8')))
writeFileSync(RECORDED, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))

function scenario(name: string, text: string): readonly Line[] {
  const all = withShortGroups(text)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Source)
  const order = ORDER[name]
  const chosen = order === undefined ? all : order.flatMap((n) => all.find((one) => one.n === n) ?? [])
  const known = chosen.filter(({ path }) => isCompared(path))
  return folded(prepare(name, numbered(withoutRepetitions(known).map((one) => exchange(name, one)))))
}

/** Resource groups are `g1`, `g2`. */
function withShortGroups(text: string): string {
  const groups = new Set([...text.matchAll(/\/resourceGroups\/([^/"]+)/g)].map(([, group = '']) => group))
  const longFirst = [...groups].toSorted((a, b) => b.length - a.length)
  const short = new Map([...groups].map((group, at) => [group, `g${at + 1}`]))
  return longFirst.reduce(
    (all, group) => all.replaceAll(`/resourceGroups/${group}`, `/resourceGroups/${/^[^a-z]+$/.test(group) ? lowerOf(groups, short, group) : short.get(group)}`),
    text,
  )
}

/** The same group in upper case. */
function lowerOf(groups: ReadonlySet<string>, short: ReadonlyMap<string, string>, group: string): string {
  const twin = [...groups].find((one) => one !== group && one.toLowerCase() === group.toLowerCase())
  return (twin === undefined ? short.get(group) : short.get(twin)?.toUpperCase()) ?? group
}

/** Lists of a whole subscription hold what is not of the scenario. */
function isCompared(path: string): boolean {
  return /^\/subscriptions\/[^/]+\/(resourceGroups\/[^/]+|providers\/Microsoft.Network\/locations)\//.test(path) && path.split('/subscriptions/').length === 2
}

/** Equal reads one after another are one. */
function withoutRepetitions(all: readonly Source[]): readonly Source[] {
  const same = (a: Source, b: Source): boolean =>
    a.method === 'GET' && a.path === b.path && JSON.stringify([a.status, a.responseBody]) === JSON.stringify([b.status, b.responseBody])
  return all.filter((one, at) => at === 0 || !same(one, all[at - 1]!))
}

function exchange(
  scenarioName: string,
  { n, method, path, apiVersion, query, requestHeaders = {}, requestBody, status, responseHeaders = {}, responseBody }: Source,
): Exchange {
  const ifMatch = requestHeaders['if-match']
  return shorten({
    scenario: scenarioName,
    n,
    method,
    path,
    version: apiVersion ?? '',
    ...(query === undefined ? {} : { query }),
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(requestBody === undefined || requestBody === null ? {} : { body: requestBody }),
    status,
    headers: headersOf(responseHeaders),
    ...(responseBody === undefined || responseBody === null || typeof responseBody === 'string' ? {} : { answer: withoutTexts(responseBody) }),
  }) as Exchange
}

/** Those that a comparison looks at. Of a URL only that it is there; of a counter its name. */
function headersOf(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).flatMap(([name, value]): readonly (readonly [string, string])[] => {
    if (name === 'retry-after' || name === 'x-ms-failure-cause' || name === 'azure-asyncnotification') return [[name, value]]
    if (name === 'location' || name === 'azure-asyncoperation')
      return [[name, /\/(operations|operationResults)\/([^?]*)/.exec(value)?.slice(1).join(' ') ?? '']]
    if (name === 'etag') return [[name, 'there']]
    return name.startsWith('x-ms-ratelimit-remaining-') ? [[name, 'there']] : []
  })
  return Object.fromEntries(entries)
}

/** The texts of errors are not compared. */
function withoutTexts(body: object): object {
  return 'error' in body ? (JSON.parse(JSON.stringify(body, (key, value: unknown) => (key === 'message' ? undefined : value))) as object) : body
}
