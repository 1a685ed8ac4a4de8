/** The SDK, as much of it as we use. It is loaded when AWS is: the client of EC2 alone is most of what the program weighs. */
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteSecurityGroupCommand,
  DeleteTagsCommand,
  DescribeAddressesCommand,
  DescribeAvailabilityZonesCommand,
  DescribeInstancesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  RevokeSecurityGroupIngressCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import {
  AddListenerCertificatesCommand,
  AddTagsCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeCapacityReservationCommand,
  DescribeListenerAttributesCommand,
  DescribeListenerCertificatesCommand,
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ModifyCapacityReservationCommand,
  ModifyListenerAttributesCommand,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  RegisterTargetsCommand,
  RemoveListenerCertificatesCommand,
  RemoveTagsCommand,
  SetIpAddressTypeCommand,
  SetSecurityGroupsCommand,
  SetSubnetsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { GetResourcesCommand, ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api'
import { requirePermit } from '../../../src/provider/kit/permit.ts'
import type { AwsApi } from './calls.ts'
import { presentCause } from '../../../src/provider/kit/cause.ts'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface SdkOptions {
  readonly region: string
  readonly endpoint?: string
  /** Of this program: the account's own logs show who called. */
  readonly version: string
  /** Instead of the chain. */
  readonly credentials?: Credentials
  readonly transport?: Transport
}

/** Instead of a signature and the network: for a cloud emulated in the same process. It takes each request as the SDK wrote it, and resolves with the answer. */
export type Transport = (request: Sent, signal: AbortSignal | undefined) => Promise<Received>

export interface Sent {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

export interface Received {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export interface Sdk {
  /** One attempt of one action; throws what the SDK throws. */
  send(action: keyof AwsApi, input: object, signal: AbortSignal): Promise<object>
  close(): void
}

/** Connections are kept; a call that takes longer than half a minute is cancelled, and its outcome is unclear. */
const REQUESTS = {
  connectionTimeout: 5_000,
  requestTimeout: 30_000,
  throwOnRequestTimeout: true,
  httpAgent: { maxSockets: 32 },
  httpsAgent: { maxSockets: 32 },
}

/** Credentials come from the SDK's own chain: environment, profile, web identity, container, instance. */
export function openSdk({ region, endpoint, version, credentials, transport }: SdkOptions): Sdk {
  const config = {
    region,
    maxAttempts: 1,
    customUserAgent: [['fairlead', version]] satisfies [string, string][],
    ...(transport === undefined ? { requestHandler: REQUESTS } : unsigned(transport)),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  }
  const clients = { elb: new ElasticLoadBalancingV2Client(config), ec2: new EC2Client(config), tag: new ResourceGroupsTaggingAPIClient(config) }
  for (const client of Object.values(clients)) askLast(client as unknown as ElasticLoadBalancingV2Client)
  if (endpoint !== undefined) for (const client of Object.values(clients)) tellCause(client as unknown as ElasticLoadBalancingV2Client)
  return {
    send(action, input, signal) {
      const [client, Command] = COMMANDS[action]
      const [sender, command] = [clients[client] as Sender, new (Command as CommandOf)(input)]
      return sender.send(command, { abortSignal: signal })
    },
    close() {
      for (const client of Object.values(clients)) client.destroy()
    },
  }
}

function unsigned(transport: Transport) {
  return {
    requestHandler: {
      handle: async (request: object, { abortSignal }: { readonly abortSignal?: unknown } = {}) => ({
        response: await transport(request as Sent, abortSignal as AbortSignal | undefined),
      }),
    },
    signer: { sign: <Request>(request: Request) => Promise.resolve(request) },
  }
}

/** Credentials may have taken long to come: the last moment before a request leaves is after they are there. */
function askLast({ middlewareStack }: ElasticLoadBalancingV2Client): void {
  middlewareStack.add(
    (next) => (args) => {
      requirePermit()
      return next(args)
    },
    { step: 'deserialize', name: 'fairleadPermit', priority: 'low' },
  )
}

/** An emulated cloud writes it into its journal. AWS itself has no use for it. */
function tellCause({ middlewareStack }: ElasticLoadBalancingV2Client): void {
  middlewareStack.add(
    (next) => (args) => {
      const cause = presentCause()
      if (cause !== undefined) (args.request as { readonly headers: Record<string, string> }).headers['x-fairlead-cause'] = cause
      return next(args)
    },
    { step: 'build', name: 'fairleadCause' },
  )
}

/** By the environment or a profile; undefined where neither says. */
export async function regionOfChain(): Promise<string | undefined> {
  const client = new ResourceGroupsTaggingAPIClient({})
  try {
    return await client.config.region()
  } catch {
    return undefined
  } finally {
    client.destroy()
  }
}

type CommandOf = new (input: object) => object
/** The three clients and their commands have no common type that holds. */
interface Sender {
  send(command: object, options: { readonly abortSignal: AbortSignal }): Promise<object>
}

const COMMANDS = {
  describeLoadBalancers: ['elb', DescribeLoadBalancersCommand],
  describeLoadBalancerAttributes: ['elb', DescribeLoadBalancerAttributesCommand],
  describeCapacityReservation: ['elb', DescribeCapacityReservationCommand],
  describeTargetGroups: ['elb', DescribeTargetGroupsCommand],
  describeTargetGroupAttributes: ['elb', DescribeTargetGroupAttributesCommand],
  describeTargetHealth: ['elb', DescribeTargetHealthCommand],
  describeListeners: ['elb', DescribeListenersCommand],
  describeListenerAttributes: ['elb', DescribeListenerAttributesCommand],
  describeListenerCertificates: ['elb', DescribeListenerCertificatesCommand],
  describeTags: ['elb', DescribeTagsCommand],
  createLoadBalancer: ['elb', CreateLoadBalancerCommand],
  deleteLoadBalancer: ['elb', DeleteLoadBalancerCommand],
  modifyLoadBalancerAttributes: ['elb', ModifyLoadBalancerAttributesCommand],
  setSubnets: ['elb', SetSubnetsCommand],
  setSecurityGroups: ['elb', SetSecurityGroupsCommand],
  setIpAddressType: ['elb', SetIpAddressTypeCommand],
  modifyCapacityReservation: ['elb', ModifyCapacityReservationCommand],
  createTargetGroup: ['elb', CreateTargetGroupCommand],
  deleteTargetGroup: ['elb', DeleteTargetGroupCommand],
  modifyTargetGroup: ['elb', ModifyTargetGroupCommand],
  modifyTargetGroupAttributes: ['elb', ModifyTargetGroupAttributesCommand],
  createListener: ['elb', CreateListenerCommand],
  deleteListener: ['elb', DeleteListenerCommand],
  modifyListener: ['elb', ModifyListenerCommand],
  modifyListenerAttributes: ['elb', ModifyListenerAttributesCommand],
  addListenerCertificates: ['elb', AddListenerCertificatesCommand],
  removeListenerCertificates: ['elb', RemoveListenerCertificatesCommand],
  addTags: ['elb', AddTagsCommand],
  removeTags: ['elb', RemoveTagsCommand],
  registerTargets: ['elb', RegisterTargetsCommand],
  deregisterTargets: ['elb', DeregisterTargetsCommand],
  describeVpcs: ['ec2', DescribeVpcsCommand],
  describeSubnets: ['ec2', DescribeSubnetsCommand],
  describeAvailabilityZones: ['ec2', DescribeAvailabilityZonesCommand],
  describeAddresses: ['ec2', DescribeAddressesCommand],
  describeRouteTables: ['ec2', DescribeRouteTablesCommand],
  describeInstances: ['ec2', DescribeInstancesCommand],
  describeSecurityGroups: ['ec2', DescribeSecurityGroupsCommand],
  createSecurityGroup: ['ec2', CreateSecurityGroupCommand],
  deleteSecurityGroup: ['ec2', DeleteSecurityGroupCommand],
  authorizeSecurityGroupIngress: ['ec2', AuthorizeSecurityGroupIngressCommand],
  revokeSecurityGroupIngress: ['ec2', RevokeSecurityGroupIngressCommand],
  createTags: ['ec2', CreateTagsCommand],
  deleteTags: ['ec2', DeleteTagsCommand],
  getResources: ['tag', GetResourcesCommand],
} as const satisfies Record<keyof AwsApi, readonly ['elb' | 'ec2' | 'tag', unknown]>
