/** How to reach an API server and authenticate: its address, its certificate, our credentials. Never a secret in an error or a log. */

export interface TlsMaterial {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly servername?: string
  /** False only when the kubeconfig says so. */
  readonly rejectUnauthorized: boolean
}

export interface Access {
  /** Without a slash at the end. */
  readonly server: string
  readonly namespace: string | undefined
  /** An HTTP proxy on the way. */
  readonly proxy: string | undefined
  /** As of now; the same object as long as nothing changed. */
  tls(): Promise<TlsMaterial>
  /** Headers that say who we are. */
  headers(): Promise<Readonly<Record<string, string>>>
  /** The server did not take us for who we are, or we not it: whatever is cached is read anew for the next request. */
  doubt(): void
}
