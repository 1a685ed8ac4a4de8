/**
 * Makes `recorded.jsonl` from a folder with one file for each recorded scenario: `npm exec -- node test/cloud/gcp/recordings/compact.ts FOLDER`. Left out are
 * resources of types that are not emulated and their operations, texts of errors, and headers.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '../../../../emulators/gcp/index.ts'
import type { Source } from './source.ts'
import { type Exchange, type Line, RECORDED, type Step } from './lines.ts'
import { withNames } from './names.ts'
import { AT_ONCE, FOLLOWED, LEFT_OUT, SINGLES, type Single, stepsBefore } from './prepare.ts'

const COLLECTIONS = /\/(addresses|forwardingRules|backendServices|healthChecks|firewalls|networks|subnetworks|instanceGroups)(\/|$)/

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: compact.ts FOLDER')
const read = (name: string): readonly Source[] =>
  readFileSync(join(folder, `${name}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Source)
const kept = [...FOLLOWED.flatMap((name) => followed(name, read(name))), ...SINGLES.flatMap((one) => single(one, read(one.source)))]
writeFileSync(RECORDED, kept.map((line) => `${JSON.stringify(line)}\n`).join(''))

/** A history of requests, with what happened between them. */
function followed(scenario: string, all: readonly Source[]): readonly Line[] {
  const known = withNames(all.filter((one) => COLLECTIONS.test(one.path) || isOperation(one)))
  const lines: Line[] = []
  let last: Source | undefined
  for (const one of known) {
    if ((isOperation(one) && !isOf(one, last)) || LEFT_OUT[scenario]?.includes(one.n) === true) continue
    lines.push(...stepsBefore(scenario, one.n), exchange(scenario, one))
    if (one.method !== 'GET' && one.status === 200) last = one
  }
  return lines
}

function isOperation({ path }: Source): boolean {
  return path.includes('/operations/')
}

/** An operation is asked for that the write before began. */
function isOf({ responseBody }: Source, last: Source | undefined): boolean {
  return last !== undefined && ['operationType', 'targetLink'].every((name) => responseBody[name] === last.responseBody[name])
}

/** One answer of many, with what must have been there. */
function single({ source, n, given, body, path }: Single, all: readonly Source[]): readonly Line[] {
  const scenario = `${source}-${n}`
  const found = JSON.parse(JSON.stringify(all.find((one) => one.n === n)).replaceAll('cloud-custodian', 'project')) as Source
  const steps = given(found.responseBody).map((one): Step => ({ scenario, step: 'given', ...one }))
  return [...steps, exchange(scenario, { ...found, path: found.path === '' ? (path ?? '') : found.path, ...(body === undefined ? {} : { requestBody: body }) })]
}

function exchange(scenario: string, { n, method, path, requestBody, status, responseBody }: Source): Exchange {
  return {
    scenario,
    n,
    method,
    path: path.replace(/^\/compute\/v1\/projects\/[^/]+\//, '').replace(/\/operations\/.*$/, '/operations/{operation}'),
    ...(requestBody === undefined ? {} : { body: withCurrent(requestBody) }),
    status,
    answer: withoutTexts(responseBody),
    ...(AT_ONCE[scenario]?.includes(n) === true ? { isAtOnce: true } : {}),
  }
}

function withCurrent(body: JsonObject): JsonObject {
  return body['labelFingerprint'] === undefined ? body : { ...body, labelFingerprint: '{labelFingerprint}' }
}

function withoutTexts(body: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(body, (key, value: unknown) => (key === 'message' ? undefined : value))) as JsonObject
}
