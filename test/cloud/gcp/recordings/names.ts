/** The source replaced names by constants, so that several resources of one type have the same one; the order of the requests shows which is which. */
import type { JsonObject } from '../../../../emulators/gcp/index.ts'
import type { Source } from './source.ts'

const HIDDEN = /\$\{(\w+)ID\}/g

/** `network-1`: made last and not deleted yet is the one that a request is about; what it refers to is the first. */
export function withNames(all: readonly Source[]): readonly Source[] {
  const made = new Map<string, number>()
  const alive = new Map<string, number>()
  return all.map((one) => {
    const own = [...one.path.matchAll(HIDDEN)].map(([, kind = '']) => kind).findLast((kind) => kind !== 'operation')
    const inserted = one.method === 'POST' && own === undefined ? kindIn(one.requestBody) : undefined
    const kind = own ?? inserted ?? ''
    if (inserted !== undefined) {
      made.set(kind, (made.get(kind) ?? 0) + 1)
      alive.set(kind, made.get(kind) ?? 1)
    }
    const current = Math.max(1, alive.get(kind) ?? 1)
    if (one.method === 'DELETE' && one.status === 200) alive.set(kind, current - 1)
    return named(one, kind, one.status === 404 ? (made.get(kind) ?? 0) + 1 : current)
  })
}

function kindIn(body: object | undefined): string | undefined {
  const name = body === undefined || !('name' in body) ? undefined : body.name
  return typeof name === 'string' ? /^\$\{(\w+)ID\}$/.exec(name)?.[1] : undefined
}

/** Instances are named in the order in which they stand; the second is the one that is removed. */
function named(one: Source, kind: string, current: number): Source {
  const fill = (value: unknown): unknown => {
    let instances = one.path.endsWith('/removeInstances') ? 1 : 0
    const text = JSON.stringify(value).replaceAll(HIDDEN, (_, of: string) => {
      if (of === 'operation') return '(operation)'
      if (of !== 'instance') return `${lower(of)}-${of === kind ? current : 1}`
      instances += 1
      return `instance-${instances}`
    })
    return JSON.parse(text.replaceAll('${projectId}', 'project'))
  }
  return {
    ...one,
    path: fill(one.path) as string,
    ...(one.requestBody === undefined ? {} : { requestBody: fill(one.requestBody) as JsonObject }),
    responseBody: fill(one.responseBody) as JsonObject,
  }
}

const lower = (kind: string): string => kind.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
