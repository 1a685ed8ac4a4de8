/** Request bodies: JSON, YAML and the protobuf of built-in kinds, as JSON values. */
import type { IncomingMessage } from 'node:http'
import { parse } from 'yaml'
import { badRequest, tooLarge, unsupportedMediaType } from '../api-error.ts'
import { whyNotJson } from '../json.ts'
import { DecodeError } from '../schema/decode-error.ts'
import { describedStruct, readProtobuf } from '../schema/protobuf.ts'

/** As etcd has it; the real server refuses larger ones too. */
const LIMIT = 3 * 1024 * 1024

export async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = chunk as Buffer
    size += bytes.length
    if (size > LIMIT) throw tooLarge(LIMIT)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

/** The media type without parameters. */
export const mediaType = (header: string | undefined): string => header?.split(';')[0]?.trim().toLowerCase() ?? ''

const complaint = (kind: string, why: string, bytes: Buffer): string =>
  `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${why} (${bytes.toString().slice(0, 100)})`

/** An object in a body. `undefined` for an empty body. `kind`: what it should be. */
export function readObject(bytes: Buffer, type: string, kind = 'object'): unknown {
  if (bytes.length === 0) return undefined
  if (type === '' || type === 'application/json' || type === '*/*') return readJson(bytes, (why) => complaint(kind, why, bytes))
  if (type === 'application/yaml') return readYaml(bytes)
  if (type !== 'application/vnd.kubernetes.protobuf') {
    const accepted = 'application/json, application/yaml, application/vnd.kubernetes.protobuf'
    throw unsupportedMediaType(`the body of the request was in an unknown format - accepted media types include: ${accepted}`)
  }
  try {
    return readProtobuf(bytes, describedStruct)
  } catch (error) {
    throw error instanceof DecodeError ? badRequest(error.message) : error
  }
}

/** A patch: apply takes YAML, the others JSON. */
export function readPatch(bytes: Buffer, type: string): unknown {
  return type === 'application/apply-patch+yaml' ? readYaml(bytes) : readJson(bytes, () => 'invalid JSON patch')
}

function readJson(bytes: Buffer, complain: (why: string) => string): unknown {
  const text = bytes.toString()
  try {
    return hasSurrogate(text) ? (JSON.parse(text, wellFormed) as unknown) : (JSON.parse(text) as unknown)
  } catch (error) {
    throw badRequest(complain(whyNotJson(text, error)))
  }
}

/** An escaped half of a character: the real server keeps texts as UTF-8, which has no form for one that stands alone. */
const hasSurrogate = (text: string): boolean => /\\u[dD][89a-fA-F]/.test(text)

function wellFormed(_: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed() : value
}

function readYaml(bytes: Buffer): unknown {
  try {
    // A number too large for JavaScript stays what JSON would make of it.
    return parse(bytes.toString(), { merge: true, schema: 'core' }) as unknown
  } catch (error) {
    throw badRequest(`error decoding YAML: ${error instanceof Error ? error.message : String(error)}`)
  }
}
