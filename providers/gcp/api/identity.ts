/** Who makes a request. */

/** What a request says of who makes it. */
export interface Identity {
  /** Headers to add. Throws NoCredentials. */
  headers(url: string): Promise<Headers>
  /** Google did not take them: the next ones are asked for anew. */
  refuse(): void
}

/** There are no credentials, or those that there are give no token. */
export class NoCredentials extends Error {
  override readonly name = 'NoCredentials'
}

/** An emulated cloud asks for none. */
export const ANONYMOUS: Identity = { headers: async () => new Headers(), refuse() {} }
