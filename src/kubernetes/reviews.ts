/** Asks the API server who holds a token, and what that user may do: for those who show their token to us. */
import type { Right } from './api.ts'
import type { Transport } from './transport.ts'

/** As the server names a user; handed back to it unread. */
export interface ReviewedUser {
  readonly username?: string
  readonly uid?: string
  readonly groups?: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

export interface Reviews {
  /** Whose token it is (`tokenreviews`); undefined: the server does not accept it. Throws a KubernetesError. */
  userOf(token: string, signal: AbortSignal): Promise<ReviewedUser | undefined>
  /** Whether a user may do that (`subjectaccessreviews`). Throws a KubernetesError. */
  mayUser(user: ReviewedUser, right: Right, signal: AbortSignal): Promise<boolean>
}

export function reviewsOver(transport: Pick<Transport, 'json'>): Reviews {
  return {
    async userOf(token, signal) {
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } }
      const answer = await transport.json({ method: 'POST', path: '/apis/authentication.k8s.io/v1/tokenreviews', body, signal })
      const { status } = answer as { readonly status?: { readonly authenticated?: boolean; readonly user?: ReviewedUser } }
      return status?.authenticated === true ? (status.user ?? {}) : undefined
    },
    async mayUser({ username, uid, groups, extra }, right, signal) {
      // The review of a token says `username`, that of an access `user`.
      const spec = { user: username, uid, groups, extra, resourceAttributes: right }
      const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec }
      const answer = await transport.json({ method: 'POST', path: '/apis/authorization.k8s.io/v1/subjectaccessreviews', body, signal })
      return (answer as { readonly status?: { readonly allowed?: boolean } }).status?.allowed === true
    },
  }
}
