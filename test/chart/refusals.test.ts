/** Wrong values are refused before anything reaches the cluster: which value, and what is allowed. */
import { describe, expect, test } from 'vitest'
import { CHART, noHelm, runHelm } from './helm.ts'

const absent = noHelm()
if (absent !== undefined) console.log(`skipped: what the chart refuses: ${absent}`)

const local = {
  image: { repository: 'registry.example.com/fairlead' },
  providers: ['local'],
  nodeSelector: { 'kubernetes.io/hostname': 'node-1' },
  local: { hostNetwork: true, addressPools: ['192.0.2.0/28'] },
}
const least = { image: { repository: 'registry.example.com/fairlead' }, providers: ['aws'] }

const ID = '00000000-0000-0000-0000-00000000000c'
const EMAIL = 'fairlead@shop-123456.iam.gserviceaccount.com'
const gcp = { providers: ['gcp'], gcp: { network: 'default', serviceAccount: EMAIL } }
const azure = { providers: ['azure'], azure: { virtualNetwork: 'v', subnet: 'nodes', securityGroup: 'nsg' } }

async function refusal(values: object): Promise<string> {
  const { exitCode, err } = await runHelm(['template', 'fairlead', CHART, '--values', '-'], values)
  return exitCode === 0 ? 'not refused' : err
}

describe.skipIf(absent !== undefined)('what the chart refuses', () => {
  const wrong: readonly [string, object, string][] = [
    ['a value that is not there', { provider: ['aws'] }, "additional properties 'provider' not allowed"],
    ['a value of another group', { aws: { vpcid: 'vpc-1' } }, "at '/aws': additional properties 'vpcid' not allowed"],
    ['an unknown provider', { providers: ['azur'] }, "at '/providers/0': value must be one of 'aws', 'azure', 'gcp', 'local'"],
    ['a provider twice', { providers: ['aws', 'aws'] }, "at '/providers'"],
    ['an unknown class', { defaultClass: 'nginx' }, "at '/defaultClass'"],
    ['an unknown scheme', { defaultScheme: 'public' }, "at '/defaultScheme': value must be one of 'internet-facing', 'internal'"],
    ['too many at once', { concurrency: 65 }, "at '/concurrency': maximum: got 65, want 64"],
    ['no duration', { driftInterval: 'daily' }, "at '/driftInterval'"],
    ['an unknown log level', { log: { level: 'loud' } }, "at '/log/level': value must be one of 'debug', 'info', 'warn', 'error'"],
    ['a role that is no ARN', { aws: { roleArn: 'fairlead' } }, "at '/aws/roleArn'"],
    ['a VPC by its name', { aws: { vpcId: 'production' } }, "at '/aws/vpcId'"],
    ['a zone for a region', { aws: { region: 'eu-central-1a' } }, "at '/aws/region'"],
    ['a subscription by its name', { azure: { subscription: 'production' } }, "at '/azure/subscription'"],
    ['a region with blanks', { azure: { location: 'West Europe' } }, "at '/azure/location'"],
    ['a subnet where a network belongs', { azure: { virtualNetwork: '/subscriptions/s/virtualNetworks/v/subnets/n' } }, "at '/azure/virtualNetwork'"],
    ["another controller's load balancer", { azure: { loadBalancerName: 'Kubernetes' } }, "at '/azure/loadBalancerName'"],
    ['an identity by its name', { azure: { clientId: 'fairlead' } }, "at '/azure/clientId'"],
    ['a project by its number', { gcp: { project: '123456789012' } }, "at '/gcp/project'"],
    ['a zone for a region of Google', { gcp: { region: 'europe-west1-b' } }, "at '/gcp/region'"],
    ['a subnet where a VPC network belongs', { gcp: { network: 'projects/shop-123456/regions/r1/subnetworks/nodes' } }, "at '/gcp/network'"],
    ['a tag with capitals', { gcp: { nodeTags: ['Nodes'] } }, "at '/gcp/nodeTags/0'"],
    ['a service account by its name', { gcp: { serviceAccount: 'fairlead' } }, "at '/gcp/serviceAccount'"],
    ['a pool that is no range', { local: { addressPools: ['127.0.10.1'] } }, "at '/local/addressPools/0'"],
    ['an unknown way to backends', { local: { reach: 'vpn' } }, "at '/local/reach'"],
    ['no number of copies', { replicaCount: 'two' }, "at '/replicaCount': got string, want null or integer"],
    ['a short digest', { image: { digest: 'sha256:1' } }, "at '/image/digest'"],
    ['root', { runAsUser: 0 }, "at '/runAsUser'"],
    ['a port that takes root', { metrics: { port: 443 } }, "at '/metrics/port'"],
    ['a namespace that is none', { metrics: { grafanaDashboard: { namespace: 'Monitoring' } } }, "at '/metrics/grafanaDashboard/namespace'"],
    ['an interval without a unit', { metrics: { serviceMonitor: { interval: '30' } } }, "at '/metrics/serviceMonitor/interval'"],
    ['no port of the API server', { networkPolicy: { apiServerPorts: [] } }, "at '/networkPolicy/apiServerPorts'"],
    ['an argument that is no flag', { extraArgs: ['run'] }, "at '/extraArgs/0'"],
    ['a variable without a name', { extraEnv: [{ value: 'x' }] }, "at '/extraEnv/0'"],
  ]
  test.each(wrong)('%s', async (_, values, reported) => {
    expect(await refusal({ ...least, ...values })).toContain(reported)
  })

  const apart: readonly [string, object, RegExp][] = [
    ['no provider', { providers: [] }, /providers is empty; .*aws, azure, gcp, local/],
    [
      'a dashboard for other machines that asks for no token',
      { dashboard: { service: { enabled: true }, tokenReview: false } },
      /dashboard\.service\.enabled is true and no token is asked for; .*--set dashboard\.tokenSecret=NAME/,
    ],
    ['one port for two servers', { dashboard: { port: 9440, service: { enabled: true } } }, /dashboard\.port and metrics\.port are both 9440/],
    ['no image', { image: {} }, /image\.repository is empty; /],
    ['a class that no provider serves', { defaultClass: 'local' }, /defaultClass is "local"; allowed: one of providers, aws/],
    [
      'the network of the node for a cloud',
      { local: { hostNetwork: true } },
      /local\.hostNetwork is true and providers is aws; allowed: only with the provider local alone/,
    ],
    [
      'a network policy around backends that may be anywhere',
      { ...local, networkPolicy: { enabled: true } },
      /networkPolicy\.enabled is true and providers is local; allowed: only without the provider local/,
    ],
    [
      'a monitor of a Service that is not made',
      { metrics: { service: { enabled: false }, serviceMonitor: { enabled: true } } },
      /metrics\.service\.enabled is false; they go by that Service/,
    ],
    ['a label by which the Pods are found', { podLabels: { 'app.kubernetes.io/name': 'mine' } }, /podLabels has app\.kubernetes\.io\/name; allowed: any label/],
    [
      'load balancers inside their own Pod',
      { ...local, local: { addressPools: ['192.0.2.0/28'] } },
      /local\.hostNetwork is false; .* inside their own Pod, where no client reaches them: install .*--set local\.hostNetwork=true/,
    ],
    ['load balancers inside their own Pod, beside a cloud', { ...local, providers: ['aws', 'local'], local: {} }, /as a release of its own/],
    ['the loopback range of the node', { ...local, local: { hostNetwork: true } }, /local\.addressPools is empty; .* which only the node itself reaches/],
    [
      'any node for addresses that are on one',
      { ...local, nodeSelector: {} },
      /nodeSelector chooses no node; .* are on one node.*nodeSelector\.kubernetes\\\.io\/hostname=NODE/,
    ],
    ['every Linux node', { ...local, nodeSelector: { 'kubernetes.io/arch': 'arm64' } }, /nodeSelector chooses no node/],
    ['two copies with the same addresses', { ...local, replicaCount: 2 }, /replicaCount is 2; allowed: 1, because an address answers at one node only/],
    [
      'a monitor of metrics that answer on the node alone',
      { ...local, metrics: { serviceMonitor: { enabled: true } } },
      /metrics\.serviceMonitor\.enabled is true and the metrics answer at 127\.0\.0\.1 only; .*--set metrics\.address=ADDRESS/,
    ],
    ['an address of metrics that is a name', { metrics: { address: 'localhost' } }, /at '\/metrics\/address'/],
    ['nobody to run as', { serviceAccount: { create: false } }, /serviceAccount\.name is empty/],
    [
      "a role for somebody else's service account",
      { serviceAccount: { create: false, name: 'mine' }, aws: { roleArn: 'arn:aws:iam::123456789012:role/a' } },
      /aws\.roleArn is set and serviceAccount\.create is false/,
    ],
    [
      'two roles',
      {
        serviceAccount: { annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/b' } },
        aws: { roleArn: 'arn:aws:iam::123456789012:role/a' },
      },
      /both name a role .*keep one of them/,
    ],
    ['an Azure without a network', { providers: ['azure'] }, /azure\.\w+ is empty; name .*by its name or id: --set azure\.\w+=NAME/],
    ['a tenant without an identity', { ...azure, azure: { ...azure.azure, tenantId: ID } }, /azure\.tenantId is set and azure\.clientId is empty/],
    [
      'a workload identity for a service account of another owner',
      { ...azure, serviceAccount: { create: false, name: 'mine' }, azure: { ...azure.azure, clientId: ID } },
      /azure\.clientId is set and serviceAccount\.create is false; .*azure\.workload\.identity\/client-id.*podLabels/,
    ],
    [
      'two identities',
      { ...azure, serviceAccount: { annotations: { 'azure.workload.identity/client-id': ID } }, azure: { ...azure.azure, clientId: ID } },
      /azure\.clientId and serviceAccount\.annotations both say .*keep one of them/,
    ],
    [
      'two kinds of targets of firewall rules',
      { providers: ['gcp'], gcp: { nodeTags: ['nodes'], nodeServiceAccounts: [EMAIL] } },
      /gcp\.nodeTags and gcp\.nodeServiceAccounts are both set; allowed: one of them/,
    ],
    [
      'a service account of Google for a service account of another owner',
      { ...gcp, serviceAccount: { create: false, name: 'mine' } },
      /gcp\.serviceAccount is set and serviceAccount\.create is false; .*iam\.gke\.io\/gcp-service-account/,
    ],
    [
      'two service accounts of Google',
      { ...gcp, serviceAccount: { annotations: { 'iam.gke.io/gcp-service-account': EMAIL } } },
      /gcp\.serviceAccount and serviceAccount\.annotations both say .*keep one of them/,
    ],
    [
      'a workload identity that finds no network',
      { ...gcp, gcp: { serviceAccount: EMAIL } },
      /gcp\.network is empty; .* by its name or id: --set gcp\.network=NAME/,
    ],
  ]
  test.each(apart)('%s', async (_, values, reported) => {
    expect(await refusal({ ...least, ...values })).toMatch(reported)
  })

  test('and nothing of what is right', async () => {
    expect(await refusal(least)).toBe('not refused')
    expect(await refusal(local)).toBe('not refused')
    expect(await refusal({ ...least, ...azure })).toBe('not refused')
    expect(await refusal({ ...least, ...gcp })).toBe('not refused')
    expect(await refusal({ ...least, providers: ['gcp'] })).toBe('not refused')
    expect(await refusal({ ...local, replicaCount: 0 }), 'scaled down').toBe('not refused')
  })
})
