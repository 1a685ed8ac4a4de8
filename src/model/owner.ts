import type { Service, Snapshot } from './cluster.ts'

/**
 * Who a part of a load balancer belongs to: a Service, by its uid, which is never given twice. Namespace and name are there together or not at all: what a
 * cloud can write on a part may have room for the uid alone.
 */
export type Owner = NamedOwner | UnnamedOwner

export interface NamedOwner {
  readonly uid: string
  readonly namespace: string
  readonly name: string
}

export interface UnnamedOwner {
  readonly uid: string
  readonly namespace?: never
  readonly name?: never
}

export function isNamed(owner: Owner): owner is NamedOwner {
  return owner.name !== undefined
}

/** `namespace/name`, as kubectl users write it; where the name is not known, words for a sentence that give the uid. */
export function ownerName(owner: Pick<NamedOwner, 'namespace' | 'name'> | UnnamedOwner): string {
  return owner.name === undefined ? `the Service with UID ${owner.uid}` : `${owner.namespace}/${owner.name}`
}

export function ownerOf({ metadata: { namespace, name, uid } }: Service): NamedOwner {
  return { namespace, name, uid }
}

/** The owner's Service as the cluster shows it; undefined: it shows none of that name, or one with another uid. */
export function findService(owner: Owner, snapshot: Pick<Snapshot, 'service'>): Service | undefined {
  const shown = isNamed(owner) ? snapshot.service(owner.namespace, owner.name) : undefined
  return shown?.metadata.uid === owner.uid ? shown : undefined
}
