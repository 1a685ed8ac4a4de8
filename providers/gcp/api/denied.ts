/** Which permission is missing, and on what: Google says it in a sentence. Source: recorded answers; issues of kubernetes/ingress-gce quote it. */
import { withoutIds } from './error-text.ts'
import { parseId } from './ids.ts'

export interface MissingRight {
  readonly permission: string
  /** As a clause: what the service account may not do, and on what. */
  readonly because: string
  /** As a sentence. */
  readonly remedy: string
}

const SENTENCES = [/Required '([\w.]+)' permission for '([^']+)'/i, /Permission '([\w.]+)' denied on resource '?([^' ]+?)'?(?: |$)/i]

/** Undefined: the text is another one than is known. */
export function missingRight(text: string): MissingRight | undefined {
  const [, permission, on = ''] = SENTENCES.map((sentence) => sentence.exec(text)).find((found) => found !== null) ?? []
  if (permission === undefined) return undefined
  const project = parseId(on)?.project ?? /projects\/([^/]+)/.exec(on)?.[1] ?? 'PROJECT'
  return {
    permission,
    because: `the service account of the controller lacks the permission ${permission} on ${withoutIds(on)}`,
    remedy: `Grant it: gcloud projects add-iam-policy-binding ${project} --member serviceAccount:ACCOUNT --role ROLE, where ROLE has ${permission}.`,
  }
}

/** A permission on what a Service names (an address, a subnet), as opposed to one on what is made for it. */
export function isOnReference({ permission }: MissingRight): boolean {
  return /\.use(?:Internal|ExternalIp|ReadOnly)?$/.test(permission)
}
