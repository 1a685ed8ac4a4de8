/** What people set: each is rendered, linted, admitted by a real API server, and understood by the program. */

const image = { repository: 'registry.example.com/fairlead' }

const NETWORK = '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/network/providers/Microsoft.Network'

export const VALUE_SETS = {
  'AWS with a role for the service account': {
    image,
    providers: ['aws'],
    aws: { region: 'eu-central-1', vpcId: 'vpc-0123456789abcdef0', clusterName: 'shop', roleArn: 'arn:aws:iam::123456789012:role/fairlead' },
  },
  'AWS with Pod Identity, serving Services of no class': { image, providers: ['aws'], defaultClass: 'aws', aws: { region: 'us-gov-west-1' } },
  'AWS with every setting': {
    image: { ...image, digest: `sha256:${'0'.repeat(64)}`, pullPolicy: 'Always' },
    imagePullSecrets: [{ name: 'registry' }],
    providers: ['aws'],
    defaultClass: 'aws',
    defaultScheme: 'internal',
    clusterId: 'shop-eu',
    shareAcrossNamespaces: ['edge', 'mail'],
    policy: {
      contact: 'the platform team',
      rules: [
        { name: 'internal', namespaces: { except: ['edge'] }, allowedValues: { 'fairlead.dev/scheme': ['internal'] }, allowedSourceRanges: ['10.0.0.0/8'] },
        { name: 'few', namespaces: { names: ['team-*'], except: ['team-x'] }, maxServices: 5, defaults: { 'fairlead.dev/targets': 'pods' } },
      ],
    },
    dryRun: true,
    neverDelete: true,
    upstreamFinalizer: true,
    readinessGates: false,
    driftInterval: 0,
    orphanGrace: 'never',
    concurrency: 16,
    log: { format: 'text', level: 'debug' },
    replicaCount: 3,
    priorityClassName: 'system-cluster-critical',
    nodeSelector: { pool: 'system' },
    tolerations: [{ key: 'CriticalAddonsOnly', operator: 'Exists' }],
    affinity: {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }] } },
    },
    topologySpreadConstraints: [{ topologyKey: 'kubernetes.io/hostname', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' }],
    podAnnotations: { 'example.com/team': 'network' },
    podLabels: { team: 'network' },
    serviceAccount: { name: 'balancer', annotations: { 'example.com/team': 'network' } },
    terminationGracePeriodSeconds: 90,
    extraArgs: ['--log-level=warn'],
    extraEnv: [{ name: 'AWS_USE_DUALSTACK_ENDPOINT', value: 'true' }],
    metrics: {
      port: 8080,
      service: { annotations: { 'example.com/scrape': 'true' } },
      serviceMonitor: { enabled: true, interval: '30s', labels: { release: 'prometheus' } },
      prometheusRule: { enabled: true, labels: { release: 'prometheus' } },
      grafanaDashboard: { enabled: true, annotations: { grafana_folder: 'Network' } },
    },
    dashboard: { port: 9000, service: { enabled: true, annotations: { 'example.com/tls': 'true' } }, tokenReview: true, tokenSecret: 'dashboard-token' },
    networkPolicy: {
      enabled: true,
      metricsFrom: [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }],
      dashboardFrom: [{ namespaceSelector: { matchLabels: { name: 'ingress' } } }],
      apiServerPorts: [443],
    },
    fullnameOverride: 'edge-balancer',
  },
  'Azure with a workload identity': {
    image,
    providers: ['azure'],
    azure: {
      subscription: '00000000-0000-0000-0000-000000000001',
      resourceGroup: 'shop',
      location: 'westeurope',
      virtualNetwork: 'shop-vnet',
      subnet: 'nodes',
      securityGroup: 'shop-nsg',
      clientId: '00000000-0000-0000-0000-00000000000c',
    },
    networkPolicy: { enabled: true },
  },
  'Azure with every setting': {
    image,
    providers: ['azure'],
    azure: {
      cloud: 'us-government',
      subscription: '00000000-0000-0000-0000-000000000001',
      resourceGroup: 'shop',
      location: 'usgovvirginia',
      virtualNetwork: `${NETWORK}/virtualNetworks/hub`,
      subnet: `${NETWORK}/virtualNetworks/hub/subnets/nodes`,
      securityGroup: `${NETWORK}/networkSecurityGroups/nodes`,
      loadBalancerName: 'shop-services',
      moreLoadBalancers: ['shared', 'own=pool-a-*+node-7'],
      zones: ['1', '3'],
      ruleLimit: 900,
      disableOutboundSnat: false,
      clientId: '00000000-0000-0000-0000-00000000000c',
      tenantId: '00000000-0000-0000-0000-00000000000d',
    },
    podLabels: { 'azure.workload.identity/use': 'true' },
    serviceAccount: { annotations: { 'example.com/team': 'network' } },
  },
  'Google Cloud with a workload identity': {
    image,
    providers: ['gcp'],
    gcp: {
      project: 'shop-123456',
      region: 'europe-west1',
      network: 'default',
      subnetwork: 'nodes',
      nodeTags: ['gke-shop-1a2b3c4d-node'],
      serviceAccount: 'fairlead@shop-123456.iam.gserviceaccount.com',
    },
    networkPolicy: { enabled: true },
  },
  'Google Cloud with a shared network, and every setting': {
    image,
    providers: ['gcp'],
    defaultClass: 'gcp',
    gcp: {
      project: 'example.com:shop-123456',
      region: 'northamerica-northeast1',
      network: 'projects/network-123456/global/networks/shared',
      subnetwork: 'projects/network-123456/regions/northamerica-northeast1/subnetworks/nodes',
      nodeServiceAccounts: ['nodes@shop-123456.iam.gserviceaccount.com', '123456789012-compute@developer.gserviceaccount.com'],
      serviceAccount: 'fairlead@shop-123456.iam.gserviceaccount.com',
    },
    serviceAccount: { annotations: { 'example.com/team': 'network' } },
  },
  'nothing that is optional': {
    image,
    providers: ['aws'],
    runAsUser: null,
    rbac: { create: false },
    serviceAccount: { create: false, name: 'mine' },
    podDisruptionBudget: { enabled: false },
    metrics: { service: { enabled: false } },
    dashboard: { enabled: false },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, unknown>>>>

const node = { nodeSelector: { 'kubernetes.io/hostname': 'node-1' } }

/** On the node's network, as the provider local needs it: these ask a namespace to admit more than restricted Pods. */
export const ON_THE_NODE = {
  "local, on the node's network": { image, providers: ['local'], ...node, local: { hostNetwork: true, addressPools: ['192.0.2.0/28'] } },
  'local with every setting': {
    image: { ...image, tag: '0.1.0-1' },
    providers: ['local'],
    ...node,
    replicaCount: 1,
    local: {
      hostNetwork: true,
      addressPools: ['127.0.20.0/24', 'edge=2001:db8::/120'],
      networkMap: ['10.244.0.0/16=127.244.0.0/16'],
      portOffset: 8000,
      reach: 'port-forward',
      stateVolume: { persistentVolumeClaim: { claimName: 'fairlead' } },
    },
    metrics: { address: '192.0.2.1', serviceMonitor: { enabled: true } },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** What installs the provider local with nothing that is optional. */
export const LOCAL = ON_THE_NODE["local, on the node's network"]

const AZURE = VALUE_SETS['Azure with a workload identity'].azure

/** What each provider cannot do without. */
export const LEAST: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  aws: {},
  azure: { azure: { virtualNetwork: AZURE.virtualNetwork, subnet: AZURE.subnet, securityGroup: AZURE.securityGroup } },
  gcp: {},
  local: LOCAL,
}
