/** What a provider has to be allowed in its cloud. */

/** `Settings`: the values of the provider's own rows of the table. */
export interface ProviderPermissions<Settings> {
  /** What may be left out, and what has to be asked for, by name. */
  readonly features: Readonly<Record<string, PermissionFeature>>
  /** The document that the cloud takes: a policy, a role. Ends with a newline. */
  readonly document: (options: PermissionOptions<Settings>) => string
}

export interface PermissionFeature {
  /** What cannot be done without it, as a clause. */
  readonly what: string
  /** Whether the document has it when nothing is said. */
  readonly byDefault: boolean
}

export interface PermissionOptions<Settings> {
  readonly features: ReadonlySet<string>
  /** Present: only what belongs to this cluster may be touched. Absent: what belongs to any cluster of ours. */
  readonly clusterId?: string
  readonly settings: Settings
}
