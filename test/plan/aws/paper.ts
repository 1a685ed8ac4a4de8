/** AWS on paper: what it would answer to each call, folded into a view. Panics where AWS would refuse, so that a plan which passes here is one that AWS takes. */
import assert from 'node:assert/strict'
import { balancerDefaults, groupDefaults, LISTENER_DEFAULTS } from '../../../providers/aws/plan/wanted/attributes.ts'
import { tagsOf, readTags } from '../../../providers/aws/marks.ts'
import type { AwsStep, GroupRef, ObjectRef } from '../../../providers/aws/steps.ts'
import type {
  AwsView,
  GroupRule,
  InstanceGroup,
  ListenerPart,
  LoadBalancerPart,
  LookedFor,
  Mark,
  SecurityGroupPart,
  Target,
  TargetGroupPart,
} from '../../../providers/aws/view.ts'
import { CLUSTER } from './build.ts'

/** What the account has beside the view: what no page shows. */
export interface Account {
  readonly view: AwsView
  readonly base: AwsView
  /** By ARN: what is really there, of which the view may know less. */
  readonly hidden: ReadonlyMap<string, Hidden>
  /** What somebody else made: the ARN of its load balancer, and all that belongs to it. */
  readonly theirs?: { readonly arn: string; readonly view: AwsView }
  /** Elastic IP addresses by allocation id that cannot be had; all others are free. */
  readonly unusable?: Readonly<Record<string, LookedFor['answer']>>
}

interface Hidden {
  readonly attributes?: Readonly<Record<string, string>>
  readonly details?: ListenerPart['details']
  readonly targets?: readonly Target[]
  readonly capacityUnits?: number
}

type Writable = Pick<Account, 'theirs' | 'unusable'> & { view: AwsView; base: AwsView; hidden: ReadonlyMap<string, Hidden> }

export function applyOnPaper(account: Account, step: AwsStep): Account {
  const next: Writable = { ...account }
  write(next, step)
  return next
}

/** What a new process finds: pages, without what no page shows. */
export function asListed({ view }: Account): AwsView {
  const listed = <P extends object>(parts: ReadonlyMap<string, P>, hidden: readonly string[]) =>
    new Map([...parts].map(([key, part]) => [key, Object.fromEntries(Object.entries(part).filter(([name]) => !hidden.includes(name))) as P]))
  return {
    ...view,
    loadBalancers: listed(view.loadBalancers, ['attributes', 'capacityUnits']),
    targetGroups: listed(view.targetGroups, ['attributes', 'targets']),
    listeners: listed(view.listeners, ['attributes', 'details']),
  }
}

/** What a look by name finds: pages, and of what is registered nothing that may be trusted. */
export function asObserved(account: Account): AwsView {
  const view = asListed(account)
  return { ...view, targetGroups: new Map([...view.targetGroups].map(([name, group]) => [name, { ...group, targets: { source: 'unread', targets: [] } }])) }
}

function write(account: Writable, step: AwsStep): void {
  switch (step.kind) {
    case 'security group':
      return step.verb === 'create' ? createSecurityGroup(account, step.call) : deleteSecurityGroup(account, step.call.id)
    case 'security group rules':
    case 'obsolete security group rules':
      return changeRules(account, step)
    case 'security group tags':
    case 'obsolete security group tags': {
      const id = idOf(account, step.call.group)
      const part = account.view.securityGroups.get(id)
      assert.ok(part !== undefined, `no group ${id}`)
      const tags = step.kind === 'security group tags' ? { ...part.tags, ...step.call.tags } : without(part.tags, step.call.keys)
      account.view = { ...account.view, securityGroups: new Map([...account.view.securityGroups, [id, { ...part, tags }]]) }
      return
    }
    case 'load balancer':
      if (step.verb === 'create') return createBalancer(account, step.call)
      if (step.verb === 'delete') return deleteBalancer(account, step.call.name)
      return changeBalancer(account, step.call.name, { state: 'active' })
    case 'load balancer subnets':
      return setSubnets(account, step.call)
    case 'load balancer address type':
      return changeBalancer(account, step.call.name, { ipAddressType: step.call.ipAddressType })
    case 'load balancer security groups': {
      const { name, securityGroups, privateLinkRules } = step.call
      assert.ok(balancer(account, name).securityGroups.length > 0, `${name} was made without security groups`)
      return changeBalancer(account, name, {
        securityGroups: securityGroups.map((ref) => idOf(account, ref)),
        ...(privateLinkRules === undefined ? {} : { privateLinkRules }),
      })
    }
    case 'load balancer attributes': {
      const { arn, scheme } = balancer(account, step.call.name)
      const all = { ...balancerDefaults(scheme), ...account.hidden.get(arn)?.attributes, ...(step.verb === 'update' ? step.call.attributes : {}) }
      hide(account, arn, { attributes: all })
      return changeBalancer(account, step.call.name, { attributes: all })
    }
    case 'load balancer capacity': {
      const { arn, state } = balancer(account, step.call.name)
      if (step.verb === 'update') {
        assert.equal(state, 'active', 'capacity is reserved on an active load balancer alone')
        hide(account, arn, { capacityUnits: step.call.units })
      }
      return changeBalancer(account, step.call.name, { capacityUnits: account.hidden.get(arn)?.capacityUnits ?? 0 })
    }
    case 'target group':
      return step.verb === 'create' ? createTargetGroup(account, step.call) : deleteTargetGroup(account, step.call.name)
    case 'health check':
      return changeGroup(account, step.call.targetGroup, { healthCheck: step.call.healthCheck })
    case 'target group attributes': {
      const { arn, protocol, targetType } = targetGroup(account, step.call.targetGroup)
      const all = { ...groupDefaults(protocol, targetType), ...account.hidden.get(arn)?.attributes, ...(step.verb === 'update' ? step.call.attributes : {}) }
      hide(account, arn, { attributes: all })
      return changeGroup(account, step.call.targetGroup, { attributes: all })
    }
    case 'targets':
    case 'obsolete targets':
      return changeTargets(account, step)
    case 'listener':
      if (step.verb === 'create') return createListener(account, step.call)
      return step.verb === 'update' ? modifyListener(account, step.call) : deleteListener(account, step.call.arn)
    case 'listeners': {
      const { arn } = balancer(account, step.call.loadBalancer)
      for (const listener of account.view.listeners.values()) {
        const details = account.hidden.get(listener.arn)?.details
        if (listener.loadBalancerArn === arn && details !== undefined) changeListener(account, listener.arn, { details })
      }
      return
    }
    case 'listener certificates':
    case 'obsolete listener certificates': {
      const details = detailsOf(account, step.call.arn)
      const [first, ...others] = details.certificates
      if (step.verb !== 'read') assert.ok(first !== undefined, 'a listener without TLS has no certificates')
      const kept =
        step.verb === 'read'
          ? others
          : step.kind === 'listener certificates'
            ? [...new Set([...others, ...step.call.certificates])]
            : others.filter((one) => !step.call.certificates.includes(one))
      hide(account, step.call.arn, { details: { ...details, certificates: [...(first === undefined ? [] : [first]), ...kept.toSorted()] } })
      return changeListener(account, step.call.arn, { details: detailsOf(account, step.call.arn) })
    }
    case 'listener attributes': {
      const all = { ...LISTENER_DEFAULTS, ...account.hidden.get(step.call.arn)?.attributes, ...(step.verb === 'update' ? step.call.attributes : {}) }
      assert.equal(detailsOf(account, step.call.arn).protocol, 'TCP', 'listeners of TCP alone have attributes')
      hide(account, step.call.arn, { attributes: all })
      return changeListener(account, step.call.arn, { attributes: all })
    }
    case 'tags':
    case 'obsolete tags': {
      for (const ref of step.call.of) retag(account, ref, (tags) => (step.kind === 'tags' ? { ...tags, ...step.call.tags } : without(tags, step.call.keys)))
      return
    }
    case 'elastic addresses': {
      const answers = step.call.ids.map((id): [string, LookedFor] => [id, { answer: account.unusable?.[id] ?? 'free', subnets: account.base.network?.subnets }])
      account.view = { ...account.view, lookedFor: new Map([...(account.view.lookedFor ?? []), ...answers]) }
      return
    }
    case 'adoption':
      return step.verb === 'update' ? adopt(account, step.call) : findFit(account, step.call.arn)
    default:
      return step satisfies never
  }
}

function findFit(account: Writable, arn: string): void {
  assert.ok(account.theirs?.arn === arn, `${arn} is not there`)
  account.view = { ...account.view, candidates: new Map([[arn, 'theirs.elb.eu-west-1.amazonaws.com']]) }
}

function adopt(account: Writable, { arn, mark }: Extract<AwsStep, { kind: 'adoption' }>['call']): void {
  const { theirs, view, hidden } = account
  assert.ok(theirs?.arn === arn, `${arn} is not there`)
  const marked = <P extends { readonly mark: Mark }>(part: P): P => {
    const { listener } = part.mark
    return { ...part, mark: { ...mark, ...(listener === undefined ? {} : { listener }) } }
  }
  const listeners = [...theirs.view.listeners].map(([key, part]): [string, ListenerPart] => {
    const details = hidden.get(key)?.details
    return [key, { ...marked(part), ...(details === undefined ? {} : { details }) }]
  })
  const groups = [...theirs.view.targetGroups].map(([key, part]): [string, TargetGroupPart] => [
    key,
    { ...marked(part), targets: { source: 'unread', targets: [] } },
  ])
  account.view = {
    ...view,
    loadBalancers: new Map([...view.loadBalancers, ...[...theirs.view.loadBalancers].map(([key, part]) => [key, marked(part)] as const)]),
    listeners: new Map([...view.listeners, ...listeners]),
    targetGroups: new Map([...view.targetGroups, ...groups]),
  }
}

type Create<K extends AwsStep['kind']> = Extract<AwsStep, { kind: K; verb: 'create' }>['call']

function createSecurityGroup(account: Writable, { name, mark, tags }: Create<'security group'>): void {
  const home = mark.stack === 'base' ? 'base' : 'view'
  assert.ok(![...account.view.securityGroups.values(), ...account.base.securityGroups.values()].some((group) => group.name === name), `a second ${name}`)
  const part: SecurityGroupPart = { id: `sg-of-${name}`, name, mark, tags, rules: [] }
  account[home] = { ...account[home], securityGroups: new Map([...account[home].securityGroups, [part.id, part]]) }
}

function deleteSecurityGroup(account: Writable, id: string): void {
  assert.ok(![...account.view.loadBalancers.values()].some(({ securityGroups }) => securityGroups.includes(id)), `${id} is in use by a load balancer`)
  const groups = [...(account.base.network?.instanceGroups.values() ?? [])]
  assert.ok(!groups.some(({ rules }) => rules.some(({ source }) => source === id)), `${id} is named by a rule`)
  for (const home of ['view', 'base'] as const) account[home] = { ...account[home], securityGroups: dropped(account[home].securityGroups, id) }
}

function changeRules(account: Writable, step: Extract<AwsStep, { kind: 'security group rules' | 'obsolete security group rules' }>): void {
  const { group, rules } = step.call
  const id = idOf(account, group)
  const named = rules.map((rule) => ({ ...rule, source: rule.source === 'backend' ? idOf(account, { backend: true }) : rule.source }))
  const change = (has: readonly GroupRule[]): readonly GroupRule[] => {
    const names = new Set(named.map(ruleText))
    const there = has.filter((rule) => names.has(ruleText(rule)))
    if (step.kind === 'obsolete security group rules') return has.filter((rule) => !names.has(ruleText(rule)))
    assert.deepEqual(there, [], 'InvalidPermission.Duplicate')
    return [...has, ...named]
  }
  const own = account.view.securityGroups.get(id)
  if (own !== undefined)
    account.view = { ...account.view, securityGroups: new Map([...account.view.securityGroups, [id, { ...own, rules: change(own.rules) }]]) }
  const { network } = account.base
  const nodes: InstanceGroup | undefined = network?.instanceGroups.get(id)
  if (network !== undefined && nodes !== undefined)
    account.base = {
      ...account.base,
      network: { ...network, instanceGroups: new Map([...network.instanceGroups, [id, { ...nodes, rules: change(nodes.rules) }]]) },
    }
  assert.ok(own !== undefined || nodes !== undefined, `no group ${id}`)
}

function ruleText({ protocol, from, to, source }: GroupRule): string {
  return `${protocol} ${from} ${to} ${source}`
}

function idOf({ view, base }: Writable, ref: GroupRef): string {
  if ('id' in ref) return ref.id
  const groups = 'backend' in ref ? base.securityGroups : view.securityGroups
  const found = [...groups.values()].find(({ name }) => 'backend' in ref || name === ref.name)
  assert.ok(found !== undefined, `no group ${JSON.stringify(ref)}`)
  return found.id
}

function createBalancer(account: Writable, { name, scheme, ipAddressType, zones, securityGroups, sourceNat, mark, tags }: Create<'load balancer'>): void {
  assert.ok(!account.view.loadBalancers.has(name), `a second ${name}`)
  requireFreeAddresses(account, name, zones)
  const part: LoadBalancerPart = {
    name,
    arn: `arn:loadbalancer/${name}`,
    dnsName: `${name}.elb.amazonaws.com`,
    scheme,
    state: 'provisioning',
    ipAddressType,
    vpcId: 'vpc-1',
    securityGroups: securityGroups.map((ref) => idOf(account, ref)),
    zones: located(account, zones),
    sourceNat,
    mark,
    tags,
  }
  assert.equal(new Set(part.zones.map(({ zone }) => zone)).size, zones.length, 'two subnets of one zone')
  forget(account, part.arn)
  account.view = { ...account.view, loadBalancers: new Map([...account.view.loadBalancers, [name, part]]) }
}

type Places = Create<'load balancer'>['zones']

function requireFreeAddresses({ view }: Writable, name: string, zones: Places): void {
  const others = [...view.loadBalancers.values()].filter((other) => other.name !== name).flatMap((other) => other.zones)
  for (const { allocationId, privateIpv4 } of zones) {
    assert.ok(allocationId === undefined || !others.some((zone) => zone.allocationId === allocationId), `${allocationId} is in use`)
    assert.ok(privateIpv4 === undefined || !others.some((zone) => zone.privateIpv4 === privateIpv4), `${privateIpv4} is in use`)
  }
}

function located({ base }: Writable, zones: Places): LoadBalancerPart['zones'] {
  return zones
    .map((place) => {
      const subnet = base.network?.subnets.find(({ id }) => id === place.subnetId)
      assert.ok(subnet !== undefined, `no subnet ${place.subnetId}`)
      return { zone: subnet.zone, ...place }
    })
    .toSorted((a, b) => (a.zone < b.zone ? -1 : 1))
}

/** Within a zone that stays neither the subnet nor an address may change. */
function setSubnets(account: Writable, { name, zones, sourceNat }: { readonly name: string; readonly zones: Places; readonly sourceNat?: boolean }): void {
  const found = balancer(account, name)
  const places = located(account, zones)
  assert.ok(places.length > 0, 'no subnets')
  for (const place of places) {
    const before = found.zones.find(({ zone }) => zone === place.zone)
    if (before !== undefined)
      assert.deepEqual([place.subnetId, place.allocationId], [before.subnetId, before.allocationId], `another place in ${place.zone}, which stays`)
  }
  requireFreeAddresses(account, name, zones)
  changeBalancer(account, name, { zones: places, ...(sourceNat === undefined ? {} : { sourceNat }) })
}

/** A load balancer that is protected, though the view does not show it, is not deleted: the answer shows it. */
export function isProtected({ view, hidden }: Account, step: AwsStep): boolean {
  if (step.kind !== 'load balancer' || step.verb !== 'delete') return false
  const found = view.loadBalancers.get(step.call.name)
  const isKnown = found?.attributes !== undefined
  return !isKnown && hidden.get(found?.arn ?? '')?.attributes?.['deletion_protection.enabled'] === 'true'
}

function deleteBalancer(account: Writable, name: string): void {
  const { arn } = balancer(account, name)
  assert.notEqual(account.hidden.get(arn)?.attributes?.['deletion_protection.enabled'], 'true', `${name} is protected`)
  const { view } = account
  account.view = {
    ...view,
    loadBalancers: dropped(view.loadBalancers, name),
    listeners: new Map([...view.listeners].filter(([, listener]) => listener.loadBalancerArn !== arn)),
    targetGroups: new Map(
      [...view.targetGroups].map(([key, group]) => [key, { ...group, loadBalancerArns: group.loadBalancerArns.filter((one) => one !== arn) }]),
    ),
  }
}

function createTargetGroup(account: Writable, { mark, tags, ...call }: Create<'target group'>): void {
  assert.ok(!account.view.targetGroups.has(call.name), `a second ${call.name}`)
  const part: TargetGroupPart = { ...call, arn: `arn:targetgroup/${call.name}`, loadBalancerArns: [], targets: { source: 'known', targets: [] }, mark, tags }
  forget(account, part.arn)
  account.view = { ...account.view, targetGroups: new Map([...account.view.targetGroups, [call.name, part]]) }
}

function deleteTargetGroup(account: Writable, name: string): void {
  const { arn } = targetGroup(account, name)
  const users = [...account.view.listeners.values()].filter((listener) => account.hidden.get(listener.arn)?.details?.targetGroupArn === arn)
  assert.deepEqual(users, [], `${name} is in use`)
  account.view = { ...account.view, targetGroups: dropped(account.view.targetGroups, name) }
}

function changeTargets(account: Writable, step: Extract<AwsStep, { kind: 'targets' | 'obsolete targets' }>): void {
  const name = step.call.targetGroup
  const { arn, targets } = targetGroup(account, name)
  const there = account.hidden.get(arn)?.targets ?? []
  if (step.verb === 'read')
    return changeGroup(account, name, {
      targets: step.call.trust === undefined ? { source: 'known', targets: there } : { source: 'trusted', targets: step.call.trust },
    })
  const names = new Set(step.call.targets.map(({ id, port }) => `${id} ${port}`))
  const change = (has: readonly Target[]): readonly Target[] => {
    const others = has.filter(({ id, port }) => !names.has(`${id} ${port}`))
    return (step.kind === 'targets' ? [...others, ...step.call.targets] : others).toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : a.port - b.port))
  }
  hide(account, arn, { targets: change(there) })
  changeGroup(account, name, { targets: { source: targets?.source ?? 'known', targets: change(targets?.targets ?? there) } })
}

const ALLOWED: Readonly<Record<string, readonly string[]>> = { TCP: ['TCP', 'TCP_UDP'], TLS: ['TCP', 'TLS'], UDP: ['UDP', 'TCP_UDP'], TCP_UDP: ['TCP_UDP'] }

function requireUsable(protocol: string, group: TargetGroupPart, found: LoadBalancerPart): void {
  assert.ok(ALLOWED[protocol]?.includes(group.protocol), `${protocol} does not lead to ${group.protocol}`)
  assert.ok(found.ipAddressType === 'dualstack' || group.ipAddressType === 'ipv4', 'an IPv4 balancer leads to IPv4')
  if (protocol.endsWith('UDP') && found.ipAddressType === 'dualstack') assert.ok(group.ipAddressType === 'ipv6' && found.sourceNat, 'UDP on dual stack')
  assert.ok(
    group.loadBalancerArns.every((arn) => arn === found.arn),
    'TargetGroupAssociationLimit',
  )
}

function createListener(account: Writable, { loadBalancer, port, mark, tags, ...settings }: Create<'listener'>): void {
  const found = balancer(account, loadBalancer)
  const same = [...account.view.listeners.values()].filter((listener) => listener.loadBalancerArn === found.arn && listener.port === port)
  assert.deepEqual(same, [], 'DuplicateListener')
  const arn = `arn:listener/${loadBalancer}/${port}`
  account.view = { ...account.view, listeners: new Map([...account.view.listeners, [arn, { arn, loadBalancerArn: found.arn, port, mark, tags }]]) }
  forget(account, arn)
  serve(account, arn, found, settings)
}

type Settings = Pick<Create<'listener'>, 'protocol' | 'targetGroup' | 'certificate' | 'policy' | 'alpn'>

function serve(account: Writable, arn: string, found: LoadBalancerPart, { protocol, targetGroup: name, certificate, policy, alpn }: Settings): void {
  const group = targetGroup(account, name)
  requireUsable(protocol, group, found)
  assert.equal(protocol === 'TLS', certificate !== undefined, 'TLS and a certificate go together')
  const before = account.hidden.get(arn)?.details
  const isKept = before?.protocol === 'TLS' && protocol === 'TLS'
  const chosenAlpn = alpn ?? (isKept ? before.alpn : undefined)
  const details = {
    protocol,
    targetGroupArn: group.arn,
    certificates: certificate === undefined ? [] : [certificate, ...(isKept ? before.certificates.slice(1) : [])],
    ...(protocol === 'TLS' ? { policy: policy ?? before?.policy ?? 'ELBSecurityPolicy-2016-08' } : {}),
    ...(chosenAlpn === undefined ? {} : { alpn: chosenAlpn }),
  }
  hide(account, arn, { details })
  changeListener(account, arn, { details })
  changeGroup(account, name, { loadBalancerArns: [found.arn] })
}

function modifyListener(account: Writable, { arn, ...settings }: Extract<AwsStep, { kind: 'listener'; verb: 'update' }>['call']): void {
  const listener = account.view.listeners.get(arn)
  const found = [...account.view.loadBalancers.values()].find((one) => one.arn === listener?.loadBalancerArn)
  assert.ok(found !== undefined, `no listener ${arn}`)
  serve(account, arn, found, settings)
}

function deleteListener(account: Writable, arn: string): void {
  assert.ok(account.view.listeners.has(arn), `no listener ${arn}`)
  account.view = { ...account.view, listeners: dropped(account.view.listeners, arn) }
}

function retag(account: Writable, ref: ObjectRef, change: (tags: Readonly<Record<string, string>>) => Readonly<Record<string, string>>): void {
  const marked = ({ mark, tags }: { mark: Mark; tags: Readonly<Record<string, string>> }) => {
    const read = readTags(CLUSTER, change(tagsOf(CLUSTER, mark, tags)))
    assert.ok(read !== undefined, 'our mark is gone')
    return read
  }
  if (ref.kind === 'load balancer') return changeBalancer(account, ref.name, marked(balancer(account, ref.name)))
  if (ref.kind === 'target group') return changeGroup(account, ref.name, marked(targetGroup(account, ref.name)))
  const { arn } = balancer(account, ref.loadBalancer)
  const listener = [...account.view.listeners.values()].find((one) => one.loadBalancerArn === arn && one.port === ref.port)
  assert.ok(listener !== undefined, `no listener ${ref.port}`)
  changeListener(account, listener.arn, marked(listener))
}

function balancer({ view }: Writable, name: string): LoadBalancerPart {
  const found = view.loadBalancers.get(name)
  assert.ok(found !== undefined, `no load balancer ${name}`)
  return found
}

function targetGroup({ view }: Writable, name: string): TargetGroupPart {
  const found = view.targetGroups.get(name)
  assert.ok(found !== undefined, `no target group ${name}`)
  return found
}

function detailsOf({ hidden }: Writable, arn: string): NonNullable<ListenerPart['details']> {
  const details = hidden.get(arn)?.details
  assert.ok(details !== undefined, `no listener ${arn}`)
  return details
}

function changeBalancer(account: Writable, name: string, change: Partial<LoadBalancerPart>): void {
  account.view = { ...account.view, loadBalancers: new Map([...account.view.loadBalancers, [name, { ...balancer(account, name), ...change }]]) }
}

function changeGroup(account: Writable, name: string, change: Partial<TargetGroupPart>): void {
  account.view = { ...account.view, targetGroups: new Map([...account.view.targetGroups, [name, { ...targetGroup(account, name), ...change }]]) }
}

function changeListener(account: Writable, arn: string, change: Partial<ListenerPart>): void {
  const found = account.view.listeners.get(arn)
  assert.ok(found !== undefined, `no listener ${arn}`)
  account.view = { ...account.view, listeners: new Map([...account.view.listeners, [arn, { ...found, ...change }]]) }
}

function hide(account: Writable, arn: string, more: Hidden): void {
  account.hidden = new Map([...account.hidden, [arn, { ...account.hidden.get(arn), ...more }]])
}

/** What is made anew has nothing of what bore the name before. */
function forget(account: Writable, arn: string): void {
  account.hidden = dropped(account.hidden, arn)
}

function dropped<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  return new Map([...map].filter(([other]) => other !== key))
}

function without(tags: Readonly<Record<string, string>>, keys: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)))
}
