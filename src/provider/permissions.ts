/** What a provider has to be allowed in its cloud. */

export interface ProviderPermissions {
  /** What may be left out, and what has to be asked for, by name. */
  readonly features: Readonly<Record<string, PermissionFeature>>
  /** The document that the cloud takes: a policy, a role. Ends with a newline. */
  readonly document: (options: PermissionOptions) => string
}

export interface PermissionFeature {
  /** What cannot be done without it, as a clause. */
  readonly what: string
  /** Whether the document has it when nothing is said. */
  readonly byDefault: boolean
}

export interface PermissionOptions {
  readonly features: ReadonlySet<string>
  /** Present: only what belongs to this cluster may be touched. Absent: what belongs to any cluster of ours. */
  readonly clusterId?: string
  /** The part of the cloud whose names the document uses, where a cloud has several. */
  readonly partition: string
}
