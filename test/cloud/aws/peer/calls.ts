/**
 * The calls that aws-load-balancer-controller (v3, August 2026) makes for one Service, reads and writes, in its order and with its decisions: a write follows
 * where an answer differs from what is wanted. What stands in for AWS has to answer so that a second round writes nothing. Simplified: the nodes' group has one
 * rule a node port, which that controller joins to ranges.
 */
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeAvailabilityZonesCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  type EC2Client,
  type Filter,
  type Instance,
  type IpPermission,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
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
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
  type Listener,
  type LoadBalancer,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  RegisterTargetsCommand,
  RemoveListenerCertificatesCommand,
  RemoveTagsCommand,
  SetSecurityGroupsCommand,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2'

export interface PeerPort {
  readonly port: number
  readonly protocol: 'TCP' | 'UDP' | 'TLS'
  /** Where the Service's pods are reached on each node. */
  readonly nodePort: number
  /** ARNs; the first is the default one. */
  readonly certificates?: readonly string[]
}

export interface PeerService {
  readonly ports: readonly PeerPort[]
  readonly sourceRanges: readonly string[]
  readonly tags: Readonly<Record<string, string>>
  /** Attributes of the load balancer and of the target groups. */
  readonly crossZone?: boolean
  readonly drainSeconds?: number
}

export interface Peer {
  readonly elb: ElasticLoadBalancingV2Client
  readonly ec2: EC2Client
  readonly vpcId: string
  /** Instance ids of the cluster's nodes. */
  readonly nodes: readonly string[]
}

const CLUSTER = 'peer'
const STACK = { 'elbv2.k8s.aws/cluster': CLUSTER, 'service.k8s.aws/stack': 'default/web' }
const RESOURCE = 'service.k8s.aws/resource'
const NAME = 'k8s-default-web-0123456789'

type Tagged<T> = T & { readonly tags: Readonly<Record<string, string>> }

interface Groups {
  /** Of the load balancer: the clients' rules. */
  readonly front: string
  /** Of the load balancer: what the nodes let in. */
  readonly back: string
}

export interface PeerCall {
  readonly action: string
  readonly answer: object
}

/** One round: brings the cloud to what the Service wants; undefined: the Service is deleted. Answers the names of the calls, in order; `onAnswer` sees each answer. */
export async function reconcile(peer: Peer, wanted: PeerService | undefined, onAnswer?: (call: PeerCall) => void): Promise<readonly string[]> {
  const calls: string[] = []
  const noted =
    <C extends { send(command: never): unknown }>(client: C): C['send'] =>
    async (command: object) => {
      const action = command.constructor.name.replace(/Command$/, '')
      calls.push(action)
      const answer = (await client.send(command as never)) as object
      onAnswer?.({ action, answer })
      return answer
    }
  const round = new Round({ ...peer, elb: noted(peer.elb), ec2: noted(peer.ec2) })
  await (wanted === undefined ? round.remove() : round.bring(wanted))
  return calls
}

interface Ways {
  readonly elb: ElasticLoadBalancingV2Client['send']
  readonly ec2: EC2Client['send']
  readonly vpcId: string
  readonly nodes: readonly string[]
}

class Round {
  readonly #ways: Ways

  constructor(ways: Ways) {
    this.#ways = ways
  }

  async bring(wanted: PeerService): Promise<void> {
    const subnets = await this.#subnets()
    const back =
      (await this.#backendGroup()) ?? (await this.#makeGroup('k8s-traffic-peer', { 'elbv2.k8s.aws/cluster': CLUSTER, 'elbv2.k8s.aws/resource': 'backend-sg' }))
    const groups = { front: await this.#frontGroup(wanted), back }
    const targetGroups = await this.#targetGroups(wanted)
    const balancer = await this.#balancer(wanted, { subnets, groups })
    const listeners = await this.#listeners(wanted, { balancer, targetGroups })
    for (const { ListenerArn } of listeners) await this.#rules(ListenerArn)
    for (const { port, nodePort } of wanted.ports) await this.#targets(targetGroups.get(port), nodePort)
    await this.#nodeRules(back, wanted)
    await this.#capacity(balancer)
    await this.#dropTargetGroups(wanted)
  }

  async remove(): Promise<void> {
    for (const { LoadBalancerArn } of await this.#ownBalancers()) await this.#ways.elb(new DeleteLoadBalancerCommand({ LoadBalancerArn }))
    for (const { TargetGroupArn } of await this.#ownTargetGroups()) {
      const { TargetHealthDescriptions: targets = [] } = await this.#ways.elb(new DescribeTargetHealthCommand({ TargetGroupArn }))
      if (targets.length > 0)
        await this.#ways.elb(new DeregisterTargetsCommand({ TargetGroupArn, Targets: targets.map(({ Target }) => ({ ...Target, Id: Target?.Id })) }))
      await this.#ways.elb(new DeleteTargetGroupCommand({ TargetGroupArn }))
    }
    const back = await this.#backendGroup()
    if (back !== undefined) await this.#nodeRules(back, { ports: [] })
    for (const { GroupId } of await this.#ownGroups()) await this.#ways.ec2(new DeleteSecurityGroupCommand({ GroupId }))
    if (back !== undefined) await this.#ways.ec2(new DeleteSecurityGroupCommand({ GroupId: back }))
  }

  async #subnets(): Promise<readonly string[]> {
    await this.#ways.ec2(new DescribeVpcsCommand({ VpcIds: [this.#ways.vpcId] }))
    const { Subnets = [] } = await this.#ways.ec2(
      new DescribeSubnetsCommand({ Filters: [this.#inVpc(), { Name: 'tag:kubernetes.io/role/elb', Values: ['', '1'] }] }),
    )
    const zones = Subnets.flatMap(({ AvailabilityZoneId }) => AvailabilityZoneId ?? [])
    await this.#ways.ec2(new DescribeAvailabilityZonesCommand({ ZoneIds: [...new Set(zones)] }))
    return Subnets.flatMap(({ SubnetId }) => SubnetId ?? []).toSorted()
  }

  #inVpc(): Filter {
    return { Name: 'vpc-id', Values: [this.#ways.vpcId] }
  }

  async #groupsWith(tags: Readonly<Record<string, string>>): Promise<readonly SecurityGroup[]> {
    const Filters = [this.#inVpc(), ...Object.entries(tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] }))]
    return (await this.#ways.ec2(new DescribeSecurityGroupsCommand({ Filters }))).SecurityGroups ?? []
  }

  async #backendGroup(): Promise<string | undefined> {
    return (await this.#groupsWith({ 'elbv2.k8s.aws/cluster': CLUSTER, 'elbv2.k8s.aws/resource': 'backend-sg' }))[0]?.GroupId
  }

  #ownGroups(): Promise<readonly SecurityGroup[]> {
    return this.#groupsWith(STACK)
  }

  async #makeGroup(GroupName: string, tags: Readonly<Record<string, string>>): Promise<string> {
    const TagSpecifications = [{ ResourceType: 'security-group' as const, Tags: tagList(tags) }]
    const made = await this.#ways.ec2(new CreateSecurityGroupCommand({ GroupName, Description: '[k8s] managed', VpcId: this.#ways.vpcId, TagSpecifications }))
    return made.GroupId ?? ''
  }

  async #frontGroup({ ports, sourceRanges, tags }: PeerService): Promise<string> {
    const known = (await this.#ownGroups())[0]?.GroupId
    const id = known ?? (await this.#makeGroup(NAME, { ...STACK, [RESOURCE]: 'ManagedLBSecurityGroup', ...tags }))
    const wanted = ports.flatMap(({ port, protocol }) =>
      sourceRanges.map((CidrIp) => ({ IpProtocol: protocol === 'UDP' ? 'udp' : 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp }] })),
    )
    await this.#bringRules(id, wanted)
    return id
  }

  /** Rules of others are left alone when `isOurs` says so. */
  async #bringRules(GroupId: string, wanted: readonly IpPermission[], isOurs: (rule: IpPermission) => boolean = () => true): Promise<void> {
    const { SecurityGroups = [] } = await this.#ways.ec2(new DescribeSecurityGroupsCommand({ GroupIds: [GroupId] }))
    const present = (SecurityGroups[0]?.IpPermissions ?? []).flatMap(apart).filter(isOurs)
    const without = (from: readonly IpPermission[], of: readonly IpPermission[]): IpPermission[] =>
      from.filter((one) => !of.some((other) => ruleKey(other) === ruleKey(one)))
    const [added, revoked] = [without(wanted, present), without(present, wanted)]
    if (added.length > 0) await this.#ways.ec2(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: added }))
    if (revoked.length > 0) await this.#ways.ec2(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: revoked }))
  }

  async #tagged<T>(all: readonly T[], arnOf: (one: T) => string | undefined): Promise<readonly Tagged<T>[]> {
    const ResourceArns = all.flatMap((one) => arnOf(one) ?? [])
    if (ResourceArns.length === 0) return []
    const { TagDescriptions = [] } = await this.#ways.elb(new DescribeTagsCommand({ ResourceArns }))
    const byArn = new Map(
      TagDescriptions.map(({ ResourceArn, Tags = [] }) => [ResourceArn, Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]))]),
    )
    return all.map((one) => ({ ...one, tags: byArn.get(arnOf(one)) ?? {} }))
  }

  async #bringTags(arn: string | undefined, present: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): Promise<void> {
    const ResourceArns = [arn ?? '']
    const added = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => present[key] !== value))
    const gone = Object.keys(present).filter((key) => !key.startsWith('aws:') && wanted[key] === undefined)
    if (Object.keys(added).length > 0) await this.#ways.elb(new AddTagsCommand({ ResourceArns, Tags: tagList(added) }))
    if (gone.length > 0) await this.#ways.elb(new RemoveTagsCommand({ ResourceArns, TagKeys: gone }))
  }

  async #ownTargetGroups(): Promise<readonly Tagged<TargetGroup>[]> {
    const { TargetGroups = [] } = await this.#ways.elb(new DescribeTargetGroupsCommand({}))
    const here = await this.#tagged(
      TargetGroups.filter(({ VpcId }) => VpcId === this.#ways.vpcId),
      (one) => one.TargetGroupArn,
    )
    return here.filter(isOfStack)
  }

  async #targetGroups(wanted: PeerService): Promise<ReadonlyMap<number, TargetGroup>> {
    const known = await this.#ownTargetGroups()
    const byPort = new Map<number, TargetGroup>()
    for (const { port, protocol, nodePort } of wanted.ports) {
      const id = `default/web:${port}`
      const tags = { ...STACK, [RESOURCE]: id, ...wanted.tags }
      const found = known.find((one) => one.tags[RESOURCE] === id)
      const check = {
        HealthCheckProtocol: 'TCP' as const,
        HealthCheckPort: 'traffic-port',
        HealthCheckIntervalSeconds: 10,
        HealthyThresholdCount: 3,
        UnhealthyThresholdCount: 3,
      }
      const made =
        found ??
        (
          await this.#ways.elb(
            new CreateTargetGroupCommand({
              Name: `k8s-default-web-${port}`,
              Protocol: protocol === 'UDP' ? 'UDP' : 'TCP',
              Port: nodePort,
              VpcId: this.#ways.vpcId,
              TargetType: 'instance',
              IpAddressType: 'ipv4',
              ...check,
              Tags: tagList(tags),
            }),
          )
        ).TargetGroups?.[0]
      if (found !== undefined) {
        await this.#bringTags(found.TargetGroupArn, found.tags, tags)
        const isSame = Object.entries(check).every(([key, value]) => found[key as keyof TargetGroup] === value)
        if (!isSame) await this.#ways.elb(new ModifyTargetGroupCommand({ TargetGroupArn: found.TargetGroupArn, ...check }))
      }
      await this.#targetGroupAttributes(made?.TargetGroupArn, {
        'proxy_protocol_v2.enabled': 'false',
        'deregistration_delay.timeout_seconds': String(wanted.drainSeconds ?? 300),
      })
      if (made !== undefined) byPort.set(port, made)
    }
    return byPort
  }

  async #targetGroupAttributes(TargetGroupArn: string | undefined, wanted: Readonly<Record<string, string>>): Promise<void> {
    const { Attributes = [] } = await this.#ways.elb(new DescribeTargetGroupAttributesCommand({ TargetGroupArn }))
    const changed = changedAttributes(Attributes, wanted)
    if (changed.length > 0) await this.#ways.elb(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes: changed }))
  }

  async #ownBalancers(): Promise<readonly Tagged<LoadBalancer>[]> {
    const { LoadBalancers = [] } = await this.#ways.elb(new DescribeLoadBalancersCommand({}))
    const here = await this.#tagged(
      LoadBalancers.filter(({ VpcId }) => VpcId === this.#ways.vpcId),
      (one) => one.LoadBalancerArn,
    )
    return here.filter(isOfStack)
  }

  async #balancer(wanted: PeerService, { subnets, groups }: { readonly subnets: readonly string[]; readonly groups: Groups }): Promise<LoadBalancer> {
    const [known] = await this.#ownBalancers()
    const tags = { ...STACK, [RESOURCE]: 'LoadBalancer', ...wanted.tags }
    const SecurityGroups = [groups.front, groups.back]
    const made =
      known ??
      (
        await this.#ways.elb(
          new CreateLoadBalancerCommand({
            Name: NAME,
            Type: 'network',
            Scheme: 'internet-facing',
            IpAddressType: 'ipv4',
            SubnetMappings: subnets.map((SubnetId) => ({ SubnetId })),
            SecurityGroups,
            Tags: tagList(tags),
          }),
        )
      ).LoadBalancers?.[0] ??
      {}
    const { LoadBalancerArn } = made
    if (known !== undefined) {
      await this.#bringTags(LoadBalancerArn, known.tags, tags)
      if (!isSameSet(known.SecurityGroups, SecurityGroups)) await this.#ways.elb(new SetSecurityGroupsCommand({ LoadBalancerArn, SecurityGroups }))
    }
    const { Attributes = [] } = await this.#ways.elb(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }))
    const changed = changedAttributes(Attributes, { 'load_balancing.cross_zone.enabled': String(wanted.crossZone ?? false) })
    if (changed.length > 0) await this.#ways.elb(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes: changed }))
    return made
  }

  async #listeners(
    wanted: PeerService,
    { balancer: { LoadBalancerArn }, targetGroups }: { readonly balancer: LoadBalancer; readonly targetGroups: ReadonlyMap<number, TargetGroup> },
  ): Promise<readonly Listener[]> {
    const { Listeners = [] } = await this.#ways.elb(new DescribeListenersCommand({ LoadBalancerArn }))
    const known = await this.#tagged(Listeners, (one) => one.ListenerArn)
    for (const { Port, ListenerArn } of known)
      if (wanted.ports.every(({ port }) => port !== Port)) await this.#ways.elb(new DeleteListenerCommand({ ListenerArn }))
    const all: Listener[] = []
    for (const { port, protocol, certificates = [] } of wanted.ports) {
      const TargetGroupArn = targetGroups.get(port)?.TargetGroupArn
      const DefaultActions = [{ Type: 'forward' as const, ForwardConfig: { TargetGroups: [{ TargetGroupArn }] } }]
      const tls = protocol === 'TLS' ? { Certificates: [{ CertificateArn: certificates[0] }], SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06' } : {}
      const tags = { ...STACK, [RESOURCE]: `${port}`, ...wanted.tags }
      const found = known.find((one) => one.Port === port)
      const made =
        found ??
        (await this.#ways.elb(new CreateListenerCommand({ LoadBalancerArn, Port: port, Protocol: protocol, DefaultActions, ...tls, Tags: tagList(tags) })))
          .Listeners?.[0] ??
        {}
      if (found !== undefined) {
        await this.#bringTags(found.ListenerArn, found.tags, tags)
        const forwardsTo = found.DefaultActions?.[0]?.ForwardConfig?.TargetGroups?.map((one) => one.TargetGroupArn) ?? [
          found.DefaultActions?.[0]?.TargetGroupArn,
        ]
        const isSame =
          found.Protocol === protocol &&
          forwardsTo.join() === TargetGroupArn &&
          found.Certificates?.[0]?.CertificateArn === tls.Certificates?.[0]?.CertificateArn
        if (!isSame) await this.#ways.elb(new ModifyListenerCommand({ ListenerArn: found.ListenerArn, Port: port, Protocol: protocol, DefaultActions, ...tls }))
      }
      if (protocol === 'TLS') await this.#certificates(made, { certificates, isNew: found === undefined })
      else await this.#ways.elb(new DescribeListenerAttributesCommand({ ListenerArn: made.ListenerArn }))
      all.push(made)
    }
    return all
  }

  /** All certificates are in the list of the further ones, the default one too. */
  async #certificates(
    { ListenerArn }: Listener,
    { certificates, isNew }: { readonly certificates: readonly string[]; readonly isNew: boolean },
  ): Promise<void> {
    const { Certificates = [] } = isNew ? {} : await this.#ways.elb(new DescribeListenerCertificatesCommand({ ListenerArn }))
    const present = Certificates.filter(({ IsDefault }) => IsDefault !== true).flatMap(({ CertificateArn }) => CertificateArn ?? [])
    for (const CertificateArn of present.filter((one) => !certificates.includes(one)))
      await this.#ways.elb(new RemoveListenerCertificatesCommand({ ListenerArn, Certificates: [{ CertificateArn }] }))
    for (const CertificateArn of certificates.filter((one) => !present.includes(one)))
      await this.#ways.elb(new AddListenerCertificatesCommand({ ListenerArn, Certificates: [{ CertificateArn }] }))
  }

  /** A listener has its default rule, and none that would have to go. */
  async #rules(ListenerArn: string | undefined): Promise<void> {
    const { Rules = [] } = await this.#ways.elb(new DescribeRulesCommand({ ListenerArn }))
    const rules = await this.#tagged(Rules, (one) => one.RuleArn)
    if (rules.length !== 1 || rules[0]?.IsDefault !== true) throw new Error(`a listener has the rules ${JSON.stringify(rules)}`)
  }

  async #targets(group: TargetGroup | undefined, Port: number): Promise<void> {
    const TargetGroupArn = group?.TargetGroupArn
    const { TargetHealthDescriptions = [] } = await this.#ways.elb(new DescribeTargetHealthCommand({ TargetGroupArn }))
    const present = TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State !== 'draining').map(({ Target }) => Target?.Id)
    const added = this.#ways.nodes.filter((id) => !present.includes(id))
    const gone = present.filter((id) => id !== undefined && !this.#ways.nodes.includes(id))
    if (gone.length > 0) await this.#ways.elb(new DeregisterTargetsCommand({ TargetGroupArn, Targets: gone.map((Id) => ({ Id, Port })) }))
    if (added.length > 0) await this.#ways.elb(new RegisterTargetsCommand({ TargetGroupArn, Targets: added.map((Id) => ({ Id, Port })) }))
  }

  /** The nodes let in what comes from the back-end group, on the node ports. */
  async #nodeRules(back: string, { ports }: Pick<PeerService, 'ports'>): Promise<void> {
    const { Reservations = [] } = await this.#ways.ec2(new DescribeInstancesCommand({ InstanceIds: [...this.#ways.nodes] }))
    const instances: readonly Instance[] = Reservations.flatMap(({ Instances = [] }) => Instances)
    const groups = new Set(
      instances.flatMap(({ NetworkInterfaces = [] }) => NetworkInterfaces.flatMap(({ Groups = [] }) => Groups.flatMap(({ GroupId }) => GroupId ?? []))),
    )
    const Description = 'elbv2.k8s.aws/targetGroupBinding=shared'
    const wanted = ports.map(({ nodePort, protocol }) => ({
      IpProtocol: protocol === 'UDP' ? 'udp' : 'tcp',
      FromPort: nodePort,
      ToPort: nodePort,
      UserIdGroupPairs: [{ GroupId: back, Description }],
    }))
    const isOurs = ({ UserIdGroupPairs = [] }: IpPermission): boolean => UserIdGroupPairs.some((pair) => pair.Description === Description)
    for (const group of groups) await this.#bringRules(group, wanted, isOurs)
  }

  async #capacity({ LoadBalancerArn }: LoadBalancer): Promise<void> {
    const { LoadBalancers = [] } = await this.#ways.elb(new DescribeLoadBalancersCommand({ LoadBalancerArns: [LoadBalancerArn ?? ''] }))
    if (LoadBalancers[0]?.State?.Code !== 'provisioning') await this.#ways.elb(new DescribeCapacityReservationCommand({ LoadBalancerArn }))
  }

  async #dropTargetGroups(wanted: PeerService): Promise<void> {
    const ids = new Set(wanted.ports.map(({ port }) => `default/web:${port}`))
    for (const { tags, TargetGroupArn } of await this.#ownTargetGroups())
      if (!ids.has(tags[RESOURCE] ?? '')) await this.#ways.elb(new DeleteTargetGroupCommand({ TargetGroupArn }))
  }
}

const tagList = (tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))

function isOfStack({ tags }: { readonly tags: Readonly<Record<string, string>> }): boolean {
  return Object.entries(STACK).every(([key, value]) => tags[key] === value)
}

function isSameSet(some: readonly string[] = [], others: readonly string[]): boolean {
  return some.toSorted().join() === others.toSorted().join()
}

function changedAttributes(
  present: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[],
  wanted: Readonly<Record<string, string>>,
): { Key: string; Value: string }[] {
  return tagList(wanted).filter(({ Key, Value }) => present.find((one) => one.Key === Key)?.Value !== Value)
}

/** One permission for each source. */
function apart({ IpRanges = [], UserIdGroupPairs = [], IpProtocol, FromPort, ToPort }: IpPermission): readonly IpPermission[] {
  const common = { IpProtocol, FromPort, ToPort }
  return [...IpRanges.map((range) => ({ ...common, IpRanges: [range] })), ...UserIdGroupPairs.map((pair) => ({ ...common, UserIdGroupPairs: [pair] }))]
}

/** What makes a rule, its description included, as that controller has it. */
function ruleKey({ IpProtocol, FromPort, ToPort, IpRanges = [], UserIdGroupPairs = [] }: IpPermission): string {
  const sources = [
    ...IpRanges.map(({ CidrIp, Description }) => [CidrIp, Description]),
    ...UserIdGroupPairs.map(({ GroupId, Description }) => [GroupId, Description]),
  ]
  return JSON.stringify([IpProtocol, FromPort, ToPort, sources])
}
