/** Reads what a client sent into the form that is kept: only members that exist, in their own kinds, with what is filled in. Throws a Refusal. */
import { type Json, type JsonObject, isEqual, isObject } from '../../cloud/json.ts'
import { invalid, required } from '../compute/refusal.ts'
import type { Field, Fields } from './field.ts'
import { nameIn, pathIn } from './paths.ts'

/** Members that every resource has, and no body decides. */
const OWN = new Set(['id', 'kind', 'name', 'creationTimestamp', 'selfLink', 'selfLinkWithId', 'region', 'zone', 'fingerprint', 'labels', 'labelFingerprint'])

export interface At {
  /** Whose resources a part of a URL names. */
  readonly project: string
  /** `backends[0].`; empty at the top. */
  readonly prefix?: string
}

/** The whole of a resource: what is left out is not there, or is what the field fills in. */
export function readWhole(fields: Fields, sent: JsonObject, at: At): JsonObject {
  refuseUnknown(fields, sent, at)
  const read = Object.entries(fields).map(([name, field]) => {
    const value = one(field, sent[name], member(at, name)) ?? field.or
    if (value === undefined && field.isRequired === true) throw required(`${at.prefix ?? ''}${name}`)
    return [name, value] as const
  })
  return Object.fromEntries(read.filter(([, value]) => value !== undefined))
}

/** A change of one: what is left out stays, null goes, objects are merged, lists are replaced. */
export function readChange(fields: Fields, sent: JsonObject, at: At & { readonly before: JsonObject }): JsonObject {
  refuseUnknown(fields, sent, at)
  const { before } = at
  const read = Object.entries(fields).map(([name, field]) => {
    const given = sent[name]
    if (given === undefined || field.isReadOnly === true) return [name, before[name]] as const
    if (given === null) return [name, field.or] as const
    const old = before[name]
    if (field.kind === 'object' && isObject(given) && isObject(old)) {
      return [name, readChange(field.fields, given, { ...member(at, name), prefix: `${at.prefix ?? ''}${name}.`, before: old })] as const
    }
    return [name, one(field, given, member(at, name))] as const
  })
  return Object.fromEntries(read.filter(([, value]) => value !== undefined))
}

/** Refuses a write that says something else of what the insert decided. */
export function refuseChanged(fields: Fields, before: JsonObject, next: JsonObject): void {
  for (const [name, field] of Object.entries(fields)) {
    if (field.isFixed !== true || next[name] === undefined || isEqual(before[name], next[name])) continue
    throw invalid(name, next[name], `The value of '${name}' cannot be changed.`)
  }
}

interface Member {
  readonly project: string
  /** `backends[0].group` */
  readonly path: string
}

const member = ({ project, prefix = '' }: At, name: string): Member => ({ project, path: `${prefix}${name}` })

function refuseUnknown(fields: Fields, sent: JsonObject, { prefix = '' }: At): void {
  const unknown = Object.keys(sent).find((name) => fields[name] === undefined && !(prefix === '' && OWN.has(name)))
  if (unknown !== undefined) throw invalid(`${prefix}${unknown}`, sent[unknown], 'Unknown field.')
}

function one(field: Field, sent: Json | undefined, at: Member): Json | undefined {
  if (field.isReadOnly === true || sent === undefined || sent === null) return undefined
  switch (field.kind) {
    case 'text':
      return readText(field.oneOf, sent, at)
    case 'number':
      return readNumber(field, sent, at)
    case 'flag':
      return typeof sent === 'boolean' ? sent : misfit(at, sent, 'a boolean')
    case 'texts':
      return listOf(sent, at).map((each) => (typeof each === 'string' || typeof each === 'number' ? String(each) : misfit(at, each, 'a string')))
    case 'any':
      return sent
    case 'object':
      return isObject(sent) ? readWhole(field.fields, sent, { ...at, prefix: `${at.path}.` }) : misfit(at, sent, 'an object')
    case 'items':
      return listOf(sent, at).map((each, index) =>
        isObject(each) ? readWhole(field.fields, each, { ...at, prefix: `${at.path}[${index}].` }) : misfit(at, each, 'an object'),
      )
    case 'link':
      return readLink(field.to, sent, at)
    case 'links':
      return listOf(sent, at).map((each) => readLink(field.to, each, at))
    default:
      return field satisfies never
  }
}

function listOf(sent: Json, at: Member): readonly Json[] {
  return Array.isArray(sent) ? sent : misfit(at, sent, 'a list')
}

function readText(allowed: readonly string[] | undefined, sent: Json, at: Member): string {
  if (typeof sent !== 'string') return misfit(at, sent, 'a string')
  return allowed === undefined || allowed.includes(sent) ? sent : misfit(at, sent, `one of ${allowed.join(', ')}`)
}

function readNumber({ from = -Infinity, to = Infinity }: { readonly from?: number; readonly to?: number }, sent: Json, at: Member): number {
  const value = typeof sent === 'string' && /^-?\d+$/.test(sent) ? Number(sent) : sent
  if (typeof value !== 'number') return misfit(at, sent, 'a number')
  if (value < from || value > to) throw invalid(at.path, value, `Must be between ${from} and ${to}.`)
  return value
}

function readLink(to: readonly string[], sent: Json, at: Member): string {
  if (typeof sent !== 'string') return misfit(at, sent, 'a URL')
  const path = pathIn(sent, at.project)
  if (path === undefined) throw invalid(at.path, sent, 'The URL is malformed.')
  if (to.length > 0 && !to.some((collection) => path.endsWith(`/${collection}/${nameIn(path)}`))) {
    throw invalid(at.path, sent, `Unexpected resource type; it must be one of ${to.join(', ')}.`)
  }
  return path
}

function misfit({ path }: Member, sent: Json, what: string): never {
  throw invalid(path, sent, `Must be ${what}.`)
}
