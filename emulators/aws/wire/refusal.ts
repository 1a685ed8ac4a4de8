/** What AWS answers when it refuses: a code, a sentence and an HTTP status. How it is written depends on the service's protocol. */

export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: string
  readonly status: number

  constructor(code: string, message: string, status = 400) {
    super(message)
    this.code = code
    this.status = status
  }
}

/** A value that the service does not take, as ELBv2 says it. */
export const invalidValue = (message: string): Refusal => new Refusal('ValidationError', message)

/** Settings that do not go together, as ELBv2 says it. */
export const invalidConfiguration = (message: string): Refusal => new Refusal('InvalidConfigurationRequest', message)

/** A value that the service does not take, as EC2 says it. */
export const invalidParameter = (message: string): Refusal => new Refusal('InvalidParameterValue', message)
