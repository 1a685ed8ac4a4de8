/** Which object had which tags when: the Resource Groups Tagging API shows how things were a while ago. */

interface Version {
  readonly at: number
  /** Undefined: it is gone. */
  readonly tags: ReadonlyMap<string, string> | undefined
}

export class TagLog {
  readonly #versions = new Map<string, Version[]>()

  /** Without tags: the object is gone. */
  note(arn: string, { at, tags }: { readonly at: number; readonly tags?: ReadonlyMap<string, string> | undefined }): void {
    const versions = this.#versions.get(arn) ?? []
    versions.push({ at, tags: tags === undefined ? undefined : new Map(tags) })
    this.#versions.set(arn, versions)
  }

  /** All that had tags at that moment. What cannot be asked for any more is forgotten. */
  at(time: number): readonly { readonly arn: string; readonly tags: ReadonlyMap<string, string> }[] {
    const found: { readonly arn: string; readonly tags: ReadonlyMap<string, string> }[] = []
    for (const [arn, versions] of this.#versions) {
      const index = versions.findLastIndex(({ at }) => at <= time)
      if (index > 0) versions.splice(0, index)
      const tags = index < 0 ? undefined : versions[0]?.tags
      if (tags !== undefined && tags.size > 0) found.push({ arn, tags })
      if (index >= 0 && tags === undefined && versions.length === 1) this.#versions.delete(arn)
    }
    return found
  }
}
