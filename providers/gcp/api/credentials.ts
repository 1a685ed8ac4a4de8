/** Who the controller is at Google Cloud: by the chain of Google's own library, and no other way. */
import { type AuthClient, GoogleAuth } from 'google-auth-library'
import { type Identity, NoCredentials } from './identity.ts'

const SCOPES = ['https://www.googleapis.com/auth/compute']

/**
 * A file that `GOOGLE_APPLICATION_CREDENTIALS` names (of a service account, or of a workload identity federation), else the login of the command `gcloud`, else
 * the service account of the machine or, with GKE's workload identity, of the Pod. Reads nothing yet, and tries again at the next request where it fails.
 */
export function identityOfChain(auth = new GoogleAuth({ scopes: SCOPES })): Identity {
  let found: Promise<AuthClient> | undefined
  let client: AuthClient | undefined
  return {
    async headers(url) {
      try {
        found ??= auth.getClient() as Promise<AuthClient>
        client = await found
        return await client.getRequestHeaders(url)
      } catch (error) {
        if (client === undefined) found = undefined
        throw new NoCredentials(error instanceof Error ? error.message : String(error), { cause: error })
      }
    },
    refuse() {
      // The library asks for another token where the one that it has is about to expire.
      client?.setCredentials({ ...client.credentials, expiry_date: 1 })
    },
  }
}
