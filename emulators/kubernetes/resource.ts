/** What the API machinery has to know of a kind of object; the kinds themselves are in `resources/`. */

/** A Kubernetes object as JSON. */
export interface ApiObject {
  apiVersion: string
  kind: string
  metadata: Meta
  [field: string]: unknown
}

export interface Meta {
  name: string
  generateName?: string
  namespace?: string
  uid: string
  resourceVersion: string
  generation?: number
  creationTimestamp: string
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  finalizers?: string[]
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean; blockOwnerDeletion?: boolean }[]
  managedFields?: unknown[]
}

/** One cause of a 422, in the API server's words. */
export interface FieldError {
  readonly reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueForbidden'
    | 'FieldValueNotSupported'
    | 'FieldValueDuplicate'
    | 'FieldValueNotFound'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
  readonly field: string
  /** As it stands in `details.causes[].message`: `Invalid value: "b": may not change once set`. */
  readonly message: string
}

export interface Column {
  readonly name: string
  readonly type: 'string' | 'integer' | 'number' | 'date'
  readonly format?: string
  readonly description?: string
  /** 0: always shown; 1: with `-o wide`. */
  readonly priority: 0 | 1
  cell(object: ApiObject, now: Date): string | number
}

/** An answer of 4xx or 5xx that is no list of field errors; `causes` become `details.causes`. */
export interface Refusal {
  readonly code: number
  /** `Forbidden`, `InternalError`, ... */
  readonly reason: string
  readonly message: string
  readonly causes?: readonly { readonly reason: string; readonly message: string; readonly field?: string }[]
}

/** What a rule may ask of the cluster while a request is handled. Handling is one synchronous run: nothing changes in between. */
export interface Cluster {
  list(plural: string, namespace?: string): readonly ApiObject[]
  get(plural: string, namespace: string | undefined, name: string): ApiObject | undefined
  /** The stored objects that one of the kind's `indexes` files under this key; the store keeps the index with each write. */
  indexed(plural: string, index: string, key: string): readonly ApiObject[]
  readonly now: () => Date
}

/**
 * The rules of one kind. Objects handed over are drafts: `default`, `allocate` and `prepare*` change them in place; `validate*` must not.
 * Order on create: default, allocate, prepareForCreate, validateCreate. On update: default, allocate, prepareForUpdate, validateUpdate
 * (so does the real server: what validation requires may have been allocated, and what a type change wipes was not allocated for it).
 * The kind's validation covers the metadata too: names, labels, finalizers, and what may not change (`resources/metadata/`).
 */
export interface Strategy {
  default?(draft: ApiObject): void
  prepareForCreate?(draft: ApiObject, cluster: Cluster): void
  prepareForUpdate?(draft: ApiObject, old: ApiObject, cluster: Cluster): void
  /** Keeps of a `/status` write what may be written there (status, and metadata). */
  prepareForStatus?(draft: ApiObject, old: ApiObject): void
  validateCreate?(draft: ApiObject, cluster: Cluster): FieldError[]
  validateUpdate?(draft: ApiObject, old: ApiObject, cluster: Cluster): FieldError[]
  validateStatus?(draft: ApiObject, old: ApiObject): FieldError[]
  /** Fills what the server allocates (cluster IPs, node ports), from what all stored objects of the kind hold. May fail like validation, or outright. */
  allocate?(draft: ApiObject, old: ApiObject | undefined, cluster: Cluster): readonly FieldError[] | Refusal
  /** Changes the draft when its deletion begins: a Namespace becomes Terminating. */
  prepareForDelete?(draft: ApiObject): void
  /** Held back by more than `metadata.finalizers`: a Namespace by its `spec.finalizers`. */
  isHeld?(object: ApiObject): boolean
  /** May this one not be deleted at all? */
  refuseDelete?(object: ApiObject): Refusal | undefined
  /** POST `/binding`: puts the Pod on a node. */
  bind?(draft: ApiObject, binding: ApiObject, cluster: Cluster): readonly FieldError[] | Refusal
  /** PUT `/finalize`: keeps of the draft what may be written there. */
  prepareForFinalize?(draft: ApiObject, old: ApiObject): void
  /** `Warning: 299` headers. */
  warnings?(draft: ApiObject, old: ApiObject | undefined): string[]
  /** The same for a write to `/status`. */
  statusWarnings?(draft: ApiObject): string[]
}

export interface ResourceDefinition {
  /** '' is the core group. */
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories?: readonly string[]
  readonly namespaced: boolean
  readonly subresources: readonly ('status' | 'scale' | 'binding' | 'finalize' | 'portforward' | 'exec' | 'log')[]
  readonly strategy: Strategy
  readonly columns: readonly Column[]
  /** Fields that a field selector may name besides metadata.name and metadata.namespace. */
  readonly selectable?: Readonly<Record<string, (object: ApiObject) => string>>
  /** Keys under which the store files each object, by the name of the index. */
  readonly indexes?: Readonly<Record<string, (object: ApiObject) => readonly string[]>>
  /** PUT without `metadata.resourceVersion` is refused. */
  readonly conditionalUpdate?: boolean
  /** Warnings on every read and write of the kind. */
  readonly deprecation?: string
  /** PUT to a name that is not there creates it. */
  readonly createOnUpdate?: boolean
  /** The kind counts `metadata.generation`. */
  readonly generation?: boolean
  /** DELETE answers with the object as it was last, not with a Status (services, pods, serviceaccounts). */
  readonly returnsDeleted?: boolean
  /** Seconds a deleting object stays when the request names no grace period (pods). */
  gracePeriodSeconds?(object: ApiObject): number
  /** These objects are stored as those of another resource; both see the same (events.k8s.io/v1 over the core events). */
  readonly view?: View
}

export interface View {
  readonly of: { readonly group: string; readonly plural: string }
  fromStored(stored: ApiObject): ApiObject
  toStored(shown: ApiObject): ApiObject
}

/** An object to be written; what is left out the server fills. */
export type Draft = { readonly metadata?: Partial<Meta>; readonly [field: string]: unknown }

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: ApiObject
  /** The object before; absent for ADDED. */
  readonly old?: ApiObject
}

/**
 * The cluster from within the process, as the server itself: no authentication, faults or journal. A `resource` is a plural, or `plural.group` where two groups
 * have it. Answers are the stored objects: read them, never change them. Everything is synchronous; what fails throws an ApiError with `code` and `status`.
 */
export interface ClusterAccess extends Cluster {
  create(resource: string, object: Draft): ApiObject
  /** As PUT: guarded by `metadata.resourceVersion` when it is there. */
  update(resource: string, object: Draft): ApiObject
  updateStatus(resource: string, object: Draft): ApiObject
  /** A JSON merge patch. */
  patch(resource: string, at: Place, patch: object): ApiObject
  patchStatus(resource: string, at: Place, patch: object): ApiObject
  /** Undefined: there was none. */
  delete(
    resource: string,
    at: Place,
    options?: { readonly gracePeriodSeconds?: number; readonly uid?: string; readonly orphan?: boolean },
  ): ApiObject | undefined
  /** POST on `pods/NAME/binding`: puts the pod on the node. */
  bind(pod: Place, node: string): ApiObject
  /** PUT on `namespaces/NAME/finalize`. */
  finalize(object: Draft): ApiObject
  /** Calls for each later change, in order, never from within the write itself (a microtask later). Answers how to stop. */
  subscribe(resource: string, listener: (change: Change) => void): () => void
}

export interface Place {
  readonly namespace?: string | undefined
  readonly name: string
}
