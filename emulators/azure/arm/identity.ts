/** Tokens, and what clients ask before they ask for one: Microsoft Entra ID, AD FS (the tenant `adfs` of the command `az`), and the metadata service of a machine. */
import type { JsonObject } from '../schema/json.ts'
import type { Answer, Ask, Handler, Handlers } from './handler.ts'
import { Refusal } from './refusal.ts'

const open = (action: string, run: Handler['run']): Handler => ({ service: 'identity', action, isOpen: true, run })

export const IDENTITY_HANDLERS: Handlers = {
  'GET /metadata/endpoints': open('GetEndpoints', endpoints),
  'GET /metadata/instance': open('GetInstance', instance),
  'GET /metadata/identity/oauth2/token': open('GetManagedIdentityToken', managedIdentity),
  'GET /common/discovery/instance': open('DiscoverInstance', ({ base, subscription }) =>
    ok({ tenant_discovery_endpoint: `${base}/${subscription.tenant}/v2.0/.well-known/openid-configuration`, 'api-version': '1.1', metadata: [] }),
  ),
  'GET /{tenant}/.well-known/openid-configuration': open('GetOpenIdConfiguration', openId),
  'GET /{tenant}/v2.0/.well-known/openid-configuration': open('GetOpenIdConfiguration', openId),
  'POST /{tenant}/oauth2/token': open('GetToken', token),
  'POST /{tenant}/oauth2/v2.0/token': open('GetToken', token),
}

const ok = (body: JsonObject): Answer => ({ status: 200, body })

/** One object, and for the oldest version a list of one. */
function endpoints({ base, version, subscription: { tenant } }: Ask): Answer {
  const body = {
    name: 'Emulated',
    portal: base,
    authentication: { loginEndpoint: base, audiences: [base, `${base}/`], tenant, identityProvider: 'AAD' },
    resourceManager: base,
    graph: base,
    graphAudience: base,
    microsoftGraphResourceId: base,
    media: base,
    batch: base,
    vmImageAliasDoc: base,
    sqlManagement: base,
    activeDirectoryDataLake: base,
    suffixes: { storage: 'core.emulated', keyVaultDns: 'vault.emulated', sqlServerHostname: 'database.emulated', acrLoginServer: 'azurecr.emulated' },
  }
  return version <= '2019-05-01' ? { status: 200, body: [body] } : ok(body)
}

function openId({ base, params, subscription }: Ask): Answer {
  const tenant = params['tenant'] ?? subscription.tenant
  const isAdfs = tenant.toLowerCase() === 'adfs'
  return ok({
    issuer: `${base}/${tenant}`,
    token_endpoint: `${base}/${tenant}/oauth2/${isAdfs ? '' : 'v2.0/'}token`,
    authorization_endpoint: `${base}/${tenant}/oauth2/${isAdfs ? '' : 'v2.0/'}authorize`,
    device_authorization_endpoint: `${base}/${tenant}/oauth2/${isAdfs ? '' : 'v2.0/'}devicecode`,
    jwks_uri: `${base}/${tenant}/discovery/keys`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
    response_types_supported: ['code', 'token'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    tenant_region_scope: 'EU',
  })
}

/** Client credentials: a secret, or the token of a service account in `client_assertion`. Any of them will do. */
function token({ form, params, subscription }: Ask): Answer {
  const sent = form()
  const client = sent.get('client_id')
  if (sent.get('grant_type') !== 'client_credentials') return denied(400, 'unsupported_grant_type', 'AADSTS70003: The app requested an unsupported grant type.')
  if (client === null) return denied(400, 'invalid_request', "AADSTS900144: The request body must contain the following parameter: 'client_id'.")
  if (!sent.get('client_secret') && !sent.get('client_assertion')) {
    return denied(401, 'invalid_client', "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
  }
  const audience = (sent.get('scope') ?? sent.get('resource') ?? '').replace(/\/?\.default$/, '')
  const given = subscription.tokens.give({ aud: audience, appid: client, oid: client, sub: client, tid: params['tenant'] })
  return ok({ token_type: 'Bearer', expires_in: given.seconds, ext_expires_in: given.seconds, access_token: given.token })
}

const denied = (status: number, error: string, description: string): Answer => ({
  status,
  body: { error, error_description: description, error_codes: [Number(/\d+/.exec(description)?.[0])] },
})

function needMetadataHeader({ header }: Ask): void {
  if (header('metadata')?.toLowerCase() !== 'true') throw new Refusal('invalid_request', 'Required metadata header not specified')
}

function managedIdentity(ask: Ask): Answer {
  needMetadataHeader(ask)
  const resource = ask.query.get('resource')
  if (resource === null) throw new Refusal('invalid_request', "Required query variable 'resource' is missing")
  const client = ask.query.get('client_id') ?? ask.subscription.tenant
  const given = ask.subscription.tokens.give({ aud: resource, appid: client, oid: client, sub: client, tid: ask.subscription.tenant })
  const seconds = Math.floor(given.endsAt / 1000)
  return ok({
    access_token: given.token,
    client_id: client,
    expires_in: String(given.seconds),
    expires_on: String(seconds),
    not_before: String(seconds - given.seconds),
    resource,
    token_type: 'Bearer',
  })
}

/** Of a machine in the first resource group. */
function instance(ask: Ask): Answer {
  needMetadataHeader(ask)
  const { id, location, groups } = ask.subscription
  const group = [...groups.values()][0]?.name ?? ''
  return ok({
    compute: { azEnvironment: 'AzurePublicCloud', location, name: 'controller', resourceGroupName: group, subscriptionId: id, zone: '1' },
    network: { interface: [] },
  })
}
