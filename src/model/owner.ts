/** Who a part of a load balancer belongs to: a Service, by the one name that is never used twice. */
export interface Owner {
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

/** `namespace/name`, as kubectl users write it. */
export function ownerName({ namespace, name }: Pick<Owner, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`
}

export function isSameOwner(a: Owner, b: Owner): boolean {
  return a.uid === b.uid
}
