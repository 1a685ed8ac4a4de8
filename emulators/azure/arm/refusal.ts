/** What Azure answers when it refuses: a status, a code and a sentence, and often the real reason in the details. */

export interface Detail {
  readonly code: string
  readonly message: string
}

export interface RefusalOptions {
  /** Default 400. */
  readonly status?: number
  readonly details?: readonly Detail[]
  readonly retryAfterSeconds?: number
  /** Azure Resource Manager says it itself: the request never came to the resource provider. */
  readonly isGateway?: boolean
}

export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: string
  readonly status: number
  readonly details: readonly Detail[]
  readonly retryAfterSeconds: number | undefined
  readonly isGateway: boolean

  constructor(code: string, message: string, { status = 400, details = [], retryAfterSeconds, isGateway = false }: RefusalOptions = {}) {
    super(message)
    this.code = code
    this.status = status
    this.details = details
    this.retryAfterSeconds = retryAfterSeconds
    this.isGateway = isGateway
  }

  /** The code that says most: of the first detail, where there is one. */
  get reason(): string {
    return this.details[0]?.code ?? this.code
  }
}

/** A wrapper that Azure puts around what may be tried again. */
export function retryable(detail: Detail, retryAfterSeconds?: number): Refusal {
  return new Refusal('RetryableError', 'A retryable error occurred.', {
    status: 429,
    details: [detail],
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })
}

export const groupNotFound = (group: string): Refusal =>
  new Refusal('ResourceGroupNotFound', `Resource group '${group}' could not be found.`, { status: 404, isGateway: true })

/** `type`: with its namespace. */
export const resourceNotFound = (type: string, name: string, group: string): Refusal =>
  new Refusal(
    'ResourceNotFound',
    `The Resource '${type}/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
    { status: 404, isGateway: true },
  )

export const notFound = (id: string): Refusal => new Refusal('NotFound', `Resource ${id} not found.`, { status: 404 })

export function unreadable(details: readonly Detail[]): Refusal {
  return new Refusal('InvalidRequestFormat', 'Cannot parse the request.', { details })
}
