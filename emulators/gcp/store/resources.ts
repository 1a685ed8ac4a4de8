/** All resources, and who refers to whom. */
import { referencesIn } from '../schema/links.ts'
import type { Resource } from './resource-type.ts'

export class Resources {
  readonly #all = new Map<string, Resource>()
  readonly #users = new Map<string, Set<string>>()
  #changes = 0

  /** How often something was put or deleted: what was worked out at the same count still holds. */
  get changes(): number {
    return this.#changes
  }

  get all(): readonly Resource[] {
    return [...this.#all.values()]
  }

  /** By name, as lists have them. */
  in(collection: string, { project, scope }: { readonly project?: string; readonly scope?: string } = {}): readonly Resource[] {
    const isAsked = (one: Resource): boolean =>
      one.type.collection === collection && (project === undefined || one.project === project) && (scope === undefined || one.scope === scope)
    return this.all.filter(isAsked).toSorted((a, b) => (a.path < b.path ? -1 : 1))
  }

  get(path: string): Resource | undefined {
    return this.#all.get(path)
  }

  /** Those that refer to it. */
  users(path: string): readonly Resource[] {
    return [...(this.#users.get(path) ?? [])].flatMap((user) => this.#all.get(user) ?? [])
  }

  put(resource: Resource): void {
    this.#changes += 1
    this.#forget(this.get(resource.path))
    this.#all.set(resource.path, resource)
    for (const { path } of referencesOf(resource)) {
      const users = this.#users.get(path) ?? new Set()
      users.add(resource.path)
      this.#users.set(path, users)
    }
  }

  delete(path: string): void {
    this.#changes += 1
    this.#forget(this.get(path))
    this.#all.delete(path)
  }

  #forget(resource: Resource | undefined): void {
    if (resource === undefined) return
    for (const { path } of referencesOf(resource)) this.#users.get(path)?.delete(resource.path)
  }
}

export const referencesOf = ({ type, body }: Pick<Resource, 'type' | 'body'>): ReturnType<typeof referencesIn> => referencesIn(type.fields, body)
