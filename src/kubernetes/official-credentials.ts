/** OpenID Connect and the other methods that the official client has. The only place that loads it, because it is large: only where a kubeconfig asks for it. */
import { type Cluster, KubeConfig, type User } from '@kubernetes/client-node'

/** The headers of an `auth-provider`. Throws an Error that names it, and says what next. */
export async function officialHeaders(cluster: Cluster, user: User): Promise<Record<string, string>> {
  const config = new KubeConfig()
  config.loadFromClusterAndUser(cluster, user)
  const options: { headers: Record<string, string> } = { headers: {} }
  try {
    await config.applyToHTTPSOptions(options)
  } catch {
    // What the client says of it may hold a token, or what a program printed.
    const provider = user.authProvider as { readonly name?: string } | undefined
    throw new Error(
      `the auth-provider ${JSON.stringify(provider?.name ?? '')} of the kubeconfig's user gave no credential; log in again with kubectl, or use an exec program`,
    )
  }
  const authorization = options.headers['Authorization']
  return authorization === undefined ? {} : { authorization }
}
