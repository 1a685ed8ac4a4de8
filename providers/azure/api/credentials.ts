/** Who the controller is at Azure: by the SDK's own credentials, chosen by what the environment offers, so that an error names one way and not six. */
import {
  AzureCliCredential,
  ChainedTokenCredential,
  EnvironmentCredential,
  ManagedIdentityCredential,
  type TokenCredential,
  WorkloadIdentityCredential,
} from '@azure/identity'
import { present } from '../../../src/model/present.ts'
import { type AzureCloud, CLOUDS } from './clouds.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * - a workload identity, where its webhook has put a token file into the Pod (`AZURE_FEDERATED_TOKEN_FILE`);
 * - a service principal, where there is a secret or a certificate (`AZURE_CLIENT_SECRET`, `AZURE_CLIENT_CERTIFICATE_PATH`);
 * - else the managed identity of the machine (`AZURE_CLIENT_ID` says which of several), and on a machine without one the login of the command `az`.
 *
 * It reads nothing yet: a credential that does not work fails at the first call.
 */
export function credentialFor(environment: Environment, { authority }: Pick<AzureCloud, 'authority'>): TokenCredential {
  const authorityHost = environment['AZURE_AUTHORITY_HOST'] ?? authority
  const { AZURE_CLIENT_ID: clientId, AZURE_TENANT_ID: tenantId, AZURE_FEDERATED_TOKEN_FILE: tokenFilePath } = environment
  const options = { authorityHost, disableInstanceDiscovery: !isKnown(authorityHost) }
  if (tokenFilePath !== undefined) return new WorkloadIdentityCredential({ ...options, tokenFilePath, ...present({ clientId, tenantId }) })
  if (environment['AZURE_CLIENT_SECRET'] !== undefined || environment['AZURE_CLIENT_CERTIFICATE_PATH'] !== undefined) return new EnvironmentCredential(options)
  const machine = clientId === undefined ? new ManagedIdentityCredential() : new ManagedIdentityCredential({ clientId })
  return new ChainedTokenCredential(machine, new AzureCliCredential())
}

/** The SDK asks the public cloud about an authority that it does not know, which a cloud of its own cannot reach, or which does not know it either. */
function isKnown(authorityHost: string): boolean {
  const { host } = new URL(authorityHost)
  return Object.values(CLOUDS).some(({ authority }) => new URL(authority).host === host)
}
