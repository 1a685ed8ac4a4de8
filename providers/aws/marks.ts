/** Our marks as tags, and back. They stand in the account, so none of these names may change. */
import type { NamedOwner } from '../../src/model/owner.ts'
import { isReservedTag } from '../../src/model/reserved-tags.ts'
import type { Mark } from './view.ts'

const PREFIX = 'fairlead.dev/'

export const CLUSTER_TAG = `${PREFIX}cluster`
export const STACK_TAG = `${PREFIX}stack`
export const OWNER_TAG = `${PREFIX}owner`
export const LISTENER_TAG = `${PREFIX}listener`
export const SETTINGS_TAG = `${PREFIX}settings`
export const BACKEND_TAG = `${PREFIX}backend`
export const LINGERS_TAG = `${PREFIX}lingers`
export const ADOPTED_TAG = `${PREFIX}adopted`

/** They say whose an object is: written by the call that makes or takes over the object, and never again. */
export const IDENTITY_TAGS: readonly string[] = [CLUSTER_TAG, STACK_TAG, OWNER_TAG, ADOPTED_TAG]

/** What steps of ours write on objects that exist. */
const STATE_TAGS: ReadonlySet<string> = new Set([LISTENER_TAG, SETTINGS_TAG, BACKEND_TAG, LINGERS_TAG])

/** Whether a tag may be set on an object that exists: a Service's own, or one of ours that says nothing of whose the object is. */
export function maySetTag(key: string): boolean {
  return STATE_TAGS.has(key) || !isReservedTag(key)
}

/** Whether a tag may be taken off: all but what says whose the object is. What others wrote on our objects may go. */
export function mayRemoveTag(key: string): boolean {
  return !IDENTITY_TAGS.includes(key)
}

export type Tags = Readonly<Record<string, string>>

/** What the tags of one of our objects say, ours and the others. */
export interface Labels {
  readonly mark: Mark
  readonly tags: Tags
}

/** All tags of an object that is made: the user's own, and over them our marks. */
export function tagsOf(cluster: string, { stack, owner, listener, settings, backend, lingers, adopted }: Mark, tags: Tags): Tags {
  return {
    ...tags,
    [CLUSTER_TAG]: cluster,
    [STACK_TAG]: stack,
    ...(owner === undefined ? {} : { [OWNER_TAG]: `${owner.namespace}/${owner.name}/${owner.uid}` }),
    ...(listener === undefined ? {} : { [LISTENER_TAG]: listener }),
    ...(settings === undefined ? {} : { [SETTINGS_TAG]: settings }),
    ...(backend === undefined ? {} : { [BACKEND_TAG]: 'true' }),
    ...(lingers === undefined ? {} : { [LINGERS_TAG]: 'true' }),
    ...(adopted === undefined ? {} : { [ADOPTED_TAG]: 'true' }),
  }
}

/** Reads an object's tags; undefined where they are not this cluster's. AWS' own tags (`aws:`) are left out. */
export function readTags(cluster: string, all: Tags): Labels | undefined {
  const stack = all[STACK_TAG]
  if (all[CLUSTER_TAG] !== cluster || stack === undefined) return undefined
  const [owner, listener, settings] = [ownerOf(all[OWNER_TAG]), all[LISTENER_TAG], all[SETTINGS_TAG]]
  const mark: Mark = {
    stack,
    ...(owner === undefined ? {} : { owner }),
    ...(listener === undefined ? {} : { listener }),
    ...(settings === undefined ? {} : { settings }),
    ...(all[BACKEND_TAG] === undefined ? {} : { backend: true }),
    ...(all[LINGERS_TAG] === undefined ? {} : { lingers: true }),
    ...(all[ADOPTED_TAG] === undefined ? {} : { adopted: true }),
  }
  return { mark, tags: Object.fromEntries(Object.entries(all).filter(([key]) => !key.startsWith(PREFIX) && !key.startsWith('aws:'))) }
}

function ownerOf(text: string | undefined): NamedOwner | undefined {
  const [namespace, name, uid] = text?.split('/') ?? []
  return namespace === undefined || name === undefined || uid === undefined ? undefined : { namespace, name, uid }
}
