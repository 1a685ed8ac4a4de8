/** A kubeconfig for the emulated server. */
import { stringify } from 'yaml'

/** YAML. `token`: the bearer token of one of the server's users; without it the file names no credentials. */
export function kubeconfig({ url }: { readonly url: string }, token?: string): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'fairlead', cluster: { server: url } }],
    users: [{ name: 'fairlead', user: token === undefined ? {} : { token } }],
    contexts: [{ name: 'fairlead', context: { cluster: 'fairlead', user: 'fairlead' } }],
    'current-context': 'fairlead',
  })
}
