/** What every kind demands of its metadata: names, labels, annotations, owners, finalizers, and what may not change. */
import type { ApiObject, FieldError, Meta } from '../../resource.ts'
import { eachInvalid, forbidden, immutable, invalid, required, tooLong } from './field-errors.ts'
import { wrongLabel, wrongLabelValue, wrongQualifiedName, wrongSubdomain } from './names.ts'

const ANNOTATIONS_LIMIT = 256 * 1024
const STANDARD_FINALIZERS = new Set(['kubernetes', 'orphan', 'foregroundDeletion'])

/** How a kind's objects are named: a label (63 characters) or a subdomain (253). */
export type NameRule = 'label' | 'subdomain'

/** Metadata of a new object. */
export function validateMeta(object: ApiObject, options: { readonly name: NameRule; readonly namespaced: boolean }): FieldError[] {
  const { metadata } = object
  const wrongName = options.name === 'label' ? wrongLabel : wrongSubdomain
  const errors: FieldError[] = []
  if (metadata.generateName !== undefined) {
    // The random end makes a trailing dash good.
    const start = metadata.generateName.length > 1 ? metadata.generateName.replace(/.-$/, 'a') : metadata.generateName
    errors.push(...eachInvalid('metadata.generateName', metadata.generateName, wrongName(start)))
  }
  if (isAbsent(metadata.name)) errors.push(required('metadata.name', 'name or generateName is required'))
  else errors.push(...eachInvalid('metadata.name', metadata.name, wrongName(metadata.name)))
  if (options.namespaced) {
    if (isAbsent(metadata.namespace)) errors.push(required('metadata.namespace'))
    else errors.push(...eachInvalid('metadata.namespace', metadata.namespace, wrongLabel(metadata.namespace ?? '')))
  } else if (!isAbsent(metadata.namespace)) errors.push(forbidden('metadata.namespace', 'not allowed on this type'))
  errors.push(...validateLabels('metadata.labels', metadata.labels), ...validateAnnotations(metadata.annotations), ...validateOwners(metadata.ownerReferences))
  for (const finalizer of metadata.finalizers ?? []) errors.push(...eachInvalid('metadata.finalizers', finalizer, wrongQualifiedName(finalizer)))
  return [...errors, ...validateFinalizerNames(metadata)]
}

/** Metadata of a changed object. */
export function validateMetaUpdate(object: ApiObject, old: ApiObject): FieldError[] {
  const [now, before] = [object.metadata, old.metadata]
  const errors: FieldError[] = []
  const added = (now.finalizers ?? []).filter((finalizer) => !(before.finalizers ?? []).includes(finalizer))
  if (before.deletionTimestamp !== undefined && added.length > 0) {
    const names = added.toSorted().map((name) => JSON.stringify(name))
    const why = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${names.join(', ')}}`
    errors.push(forbidden('metadata.finalizers', why))
  }
  errors.push(...immutable('metadata.name', now.name, before.name), ...immutable('metadata.namespace', now.namespace, before.namespace))
  errors.push(...immutable('metadata.uid', now.uid, before.uid), ...immutable('metadata.creationTimestamp', now.creationTimestamp, before.creationTimestamp))
  errors.push(...immutable('metadata.deletionTimestamp', now.deletionTimestamp, before.deletionTimestamp))
  errors.push(...immutable('metadata.deletionGracePeriodSeconds', now.deletionGracePeriodSeconds, before.deletionGracePeriodSeconds))
  errors.push(...validateLabels('metadata.labels', now.labels), ...validateAnnotations(now.annotations), ...validateOwners(now.ownerReferences))
  return [...errors, ...validateFinalizerNames(now)]
}

/** A map of labels, also that of a selector. */
export function validateLabels(field: string, labels: Readonly<Record<string, string>> | undefined): FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...eachInvalid(field, key, wrongQualifiedName(key)),
    ...eachInvalid(field, value, wrongLabelValue(value)),
  ])
}

/** The uid of the controller that owns an object, as a list of none or one: what an index by owner files it under. */
export function ownersOf({ metadata }: ApiObject): string[] {
  return (metadata.ownerReferences ?? []).flatMap((owner) => (owner.controller === true ? owner.uid : []))
}

function validateAnnotations(annotations: Readonly<Record<string, string>> | undefined): FieldError[] {
  const entries = Object.entries(annotations ?? {})
  const errors = entries.flatMap(([key]) => eachInvalid('metadata.annotations', key, wrongQualifiedName(key.toLowerCase())))
  const size = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0)
  return size > ANNOTATIONS_LIMIT ? [...errors, tooLong('metadata.annotations', ANNOTATIONS_LIMIT)] : errors
}

function validateOwners(owners: Meta['ownerReferences']): FieldError[] {
  const errors: FieldError[] = []
  let controller: string | undefined
  for (const [index, owner] of (owners ?? []).entries()) {
    for (const key of ['apiVersion', 'kind', 'name', 'uid'] as const) {
      if (isAbsent(owner[key])) errors.push(required(`metadata.ownerReferences[${index}].${key}`, 'must not be empty'))
    }
    if (owner.controller !== true) continue
    const name = `${owner.kind}/${owner.name}`
    if (controller === undefined) controller = name
    else {
      const why = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`
      errors.push(invalid('metadata.ownerReferences', owners, why))
    }
  }
  return errors
}

function validateFinalizerNames(metadata: Meta): FieldError[] {
  return (metadata.finalizers ?? []).flatMap((finalizer, index) =>
    finalizer.includes('/') || STANDARD_FINALIZERS.has(finalizer)
      ? []
      : [invalid(`metadata.finalizers[${index}]`, finalizer, 'name is neither a standard finalizer name nor is it fully qualified')],
  )
}

const isAbsent = (text: string | undefined): boolean => text === undefined || text === ''
