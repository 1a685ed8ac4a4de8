/** What Azure cannot do for a Service, or not now: refused before a call is made, with the field, the value and what is allowed. */
import { describe, expect, it, test } from 'vitest'
import { idIn, keyOfId } from '../../../providers/azure/api/ids.ts'
import { publicFrontendName } from '../../../providers/azure/names.ts'
import { problemText } from '../../../src/model/problem.ts'
import type { AzureView } from '../../../providers/azure/view.ts'
import { listener } from '../../contract/wish.ts'
import { address, type Asked, GROUP, holding, planFor, SUBSCRIPTION, want } from './build.ts'

const PREFIX = 'service.beta.kubernetes.io/azure-'
const idOf = (name: string, group = GROUP): string => idIn(SUBSCRIPTION, group, 'publicIPAddresses', name)
const OTHER = idIn(SUBSCRIPTION, GROUP, 'loadBalancers', 'kubernetes')

interface Case {
  readonly ask: Asked
  readonly view?: AzureView
  readonly why: RegExp
}

const CASES: Readonly<Record<string, Case>> = {
  'a scheme that the policy does not allow, where the Service sets none': {
    ask: {
      scheme: 'internal',
      limits: [{ of: 'scheme', allowed: ['internet-facing'], refusal: { reason: 'Forbidden', field: 'fairlead.dev/scheme', wrong: 'is not allowed' } }],
    },
    why: /^fairlead\.dev\/scheme: "internal" is not allowed/,
  },
  'an address name that is not there': {
    ask: { addressNames: ['mine'] },
    view: holding([], [keyOfId(idOf('mine'))]),
    why: /^fairlead\.dev\/address-names: "mine" is not a public address in the resource group cluster\. Allowed: the name of one there/,
  },
  'a number that no address has': {
    ask: { addresses: ['203.0.113.9'] },
    view: holding([address('other', { ipAddress: '203.0.113.8' })], [`${GROUP} 203.0.113.9`]),
    why: /^spec\.loadBalancerIP: "203\.0\.113\.9" is not a public address in the resource group cluster\./,
  },
  'an address of another load balancer': {
    ask: { addressNames: ['mine'] },
    view: holding([address('mine', { ipConfiguration: { id: `${OTHER}/frontendIPConfigurations/web` } })]),
    why: /is used by the frontend web of the load balancer kubernetes \(resource group cluster\)\. Take it off there/,
  },
  'an address of a virtual machine': {
    ask: { addressNames: ['mine'] },
    view: holding([address('mine', { ipConfiguration: { id: `${idIn(SUBSCRIPTION, GROUP, 'networkInterfaces', 'nic')}/ipConfigurations/first` } })]),
    why: /is used by the network interface nic \(resource group cluster\)\. Take it off there/,
  },
  'a Basic address': {
    ask: { addressNames: ['mine'] },
    view: holding([address('mine', {}, { sku: { name: 'Basic' } })]),
    why: /is a Basic address.*Allowed: an address with the SKU Standard/,
  },
  'an address of another region': {
    ask: { addressNames: ['mine'] },
    view: holding([address('mine', {}, { location: 'northeurope' })]),
    why: /is in northeurope, and the load balancer in westeurope/,
  },
  'an IPv6 address for an IPv4 Service': {
    ask: { addressNames: ['mine'] },
    view: holding([address('mine', { publicIPAddressVersion: 'IPv6' })]),
    why: /is an IPv6 address, and the Service has IPv4 alone/,
  },
  'IPv6 alone': {
    ask: { families: ['IPv6'] },
    why: /^spec\.ipFamilies: "IPv6" is not possible at Azure without IPv4\. Allowed: IPv4, or IPv4 and IPv6/,
  },
  'an address in another subscription': {
    ask: { addressNames: [idOf('mine').replace(SUBSCRIPTION, '00000000-0000-0000-0000-000000000002')] },
    why: /is in another subscription\. Allowed: an address of the subscription/,
  },
  'an address of another cluster': {
    ask: { addressNames: ['mine'] },
    view: holding([address('mine', {}, { tags: { 'fairlead.dev-cluster': 'c2', 'fairlead.dev-owner': 'x' } })]),
    why: /belongs to another cluster/,
  },
  'an address that was made for a Service of another namespace': {
    ask: { addressNames: ['mine'] },
    view: holding([address('mine', {}, { tags: { 'fairlead.dev-cluster': 'c1', 'fairlead.dev-owner': 'uid-other' } })]),
    why: /belongs to the Service with UID uid-other\. Allowed: an address of a Service in the same namespace, or a free one/,
  },
  'what is to be taken over is not an address': {
    ask: { adopt: OTHER },
    why: /^fairlead\.dev\/adopt: .* is not the id of a public address\. Allowed: \/subscriptions\//,
  },
  'what is to be taken over is of cloud-provider-azure': {
    ask: { adopt: idOf('mine') },
    view: holding([address('mine', {}, { tags: { 'k8s-azure-service': 'default/web' } })]),
    why: /belongs to cloud-provider-azure for default\/web\. Remove its tags from the address first/,
  },
  'a label of an address that is not made for the Service': {
    ask: { addressNames: ['mine'], dnsLabel: 'shop' },
    view: holding([address('mine', { dnsSettings: { domainNameLabel: 'old' } })]),
    why: /^fairlead\.dev\/dns-label: "shop" is not the label of the address mine.*Allowed: old\. Set it there: az network public-ip update --ids \S+ --dns-name shop/,
  },
  'two subnets': { ask: { scheme: 'internal', subnets: ['a', 'b'] }, why: /^fairlead\.dev\/subnets: "a,b" names several subnets\. Allowed: one subnet/ },
  'a subnet of another network': {
    ask: { scheme: 'internal', subnets: [`${idIn(SUBSCRIPTION, GROUP, 'virtualNetworks', 'other')}/subnets/a`] },
    why: /is in another virtual network than the nodes/,
  },
  'a public address for an internal Service': {
    ask: { scheme: 'internal', addressNames: ['mine'] },
    why: /is for public addresses alone, and the Service is internal\. Allowed: no value, or fairlead\.dev\/scheme: internet-facing/,
  },
  'a DNS label for an internal Service': {
    ask: { scheme: 'internal', dnsLabel: 'shop' },
    why: /^fairlead\.dev\/dns-label: "shop" is for public addresses alone/,
  },
  'a rule for all ports to the Internet': { ask: { options: { haPorts: true } }, why: /is not possible for a load balancer that is reached from the internet/ },
  'a load balancer that is not configured': {
    ask: { options: { loadBalancers: ['x', 'y'] } },
    why: new RegExp(`^${PREFIX.replaceAll('.', '\\.')}load-balancer-configurations: "x,y" names no load balancer of this controller\\. Allowed: main`),
  },
  'no security group': {
    ask: {},
    view: { ...holding(), securityGroups: new Map() },
    why: /^--azure-security-group: .* is a network security group that does not exist.*let the operator of the cluster correct --azure-security-group/,
  },
  'a load balancer of our name that is not ours': {
    ask: { scheme: 'internal' },
    view: withForeignBalancer(),
    why: /^--azure-load-balancer-name: "main-internal" is a load balancer that this controller did not make\. Let the operator/,
  },
}

function withForeignBalancer(): AzureView {
  const id = idIn(SUBSCRIPTION, GROUP, 'loadBalancers', 'main-internal')
  return { ...holding(), balancers: new Map([[keyOfId(id), { id, of: 'main', scheme: 'internal', document: { id, name: 'main-internal', properties: {} } }]]) }
}

test.each(Object.entries(CASES))('%s', (_, { ask, view, why }) => {
  const { refused, stages } = planFor([want('web', ask)], view)
  expect(refused.map(({ problem }) => problemText(problem))).toEqual([expect.stringMatching(why)])
  expect(stages).toEqual([])
})

it('an address that was read while a load balancer of ours had it, which has gone since, is free', () => {
  const gone = idIn(SUBSCRIPTION, GROUP, 'loadBalancers', 'main')
  const mine = address('mine', { ipConfiguration: { id: `${gone}/frontendIPConfigurations/${publicFrontendName(idOf('mine'))}` } })
  expect(planFor([want('web', { addressNames: ['mine'] })], holding([mine])).refused).toEqual([])
})

describe('a neighbour', () => {
  it('of one that is refused is planned as if it were alone', () => {
    const view = holding([], [keyOfId(idOf('mine'))])
    const alone = planFor([want('shop')], view)
    const beside = planFor([want('shop'), want('web', { addressNames: ['mine'] })], view)
    expect(beside.stages).toEqual(alone.stages)
    expect(beside.stages.flat()).toHaveLength(1)
  })

  it('keeps a port at the address that both name; the earlier gets one that both ask for', () => {
    const view = holding([address('mine', { ipAddress: '203.0.113.9' })])
    const { refused } = planFor([want('web', { addressNames: ['mine'] }), want('shop', { addressNames: ['mine'], listeners: ['80/TCP', '81/TCP'] })], view)
    // Who asks first is decided by age, and then by uid.
    expect(refused.map(({ owner, problem }) => [owner.name, problemText(problem)])).toEqual([
      ['web', expect.stringMatching(/"80\/TCP" is held at the address by default\/shop/)],
    ])
  })
})

describe('a single port', () => {
  it('beyond the limit of rules is refused, and the others are served', () => {
    const { refused, stages } = planFor([want('web', { listeners: ['80/TCP', '81/TCP', '82/TCP'], scheme: 'internal' })], holding(), { ruleLimit: 2 })
    expect(refused[0]?.ports).toEqual([{ port: 82, protocol: 'TCP', error: 'fairlead.dev/LimitReached' }])
    expect(problemText(refused[0]!.problem)).toMatch(/"82\/TCP" is more than the 2 rules.*add a load balancer \(--azure-more-load-balancers\)/)
    expect(stages.flat().map(({ kind, verb }) => `${verb} ${kind}`)).toEqual(['create load balancer'])
  })

  it('with an idle timeout that Azure does not have is refused', () => {
    const bad = listener('81/TCP', { idleTimeoutSeconds: 90, healthCheck: { protocol: 'none', port: 'traffic', from: 'annotation' } })
    const { refused } = planFor([want('web', { listeners: ['80/TCP', bad], scheme: 'internal' })])
    expect(refused.map(({ ports, problem }) => [ports?.map(({ port }) => port), problemText(problem)])).toEqual([
      [[81], expect.stringMatching(/"90s" is not an idle timeout of Azure\. Allowed: whole minutes from 4m to 100m/)],
    ])
  })
})

test('what a Service names and is not known yet is looked for, and no other Service waits for that', () => {
  const far = { options: { resourceGroup: 'shop' } }
  const { stages, refused } = planFor([
    want('a', { addressNames: ['mine'] }),
    want('b', { addresses: ['203.0.113.9'], ...far }),
    want('c', { scheme: 'internal' }),
  ])
  expect(refused).toEqual([])
  expect(stages.map((stage) => stage.map(({ verb, kind, title, key }) => `${verb} ${kind} ${title ?? key}`))).toEqual([
    ['read public address mine', 'read public addresses shop'],
    ['create load balancer main-internal'],
  ])
})

test('a limit of the security group refuses those that do not fit, and nothing that is served', () => {
  const ranges = (from: number, count: number): readonly string[] => Array.from({ length: count }, (_, i) => `10.${from}.${Math.floor(i / 250)}.${i % 250}/32`)
  const view = holding(['a', 'b', 'c'].map((name, i) => address(name, { ipAddress: `203.0.113.${i + 1}` })))
  const asks = ['a', 'b', 'c'].map((name, i) => want(name, { addressNames: [name], sourceRanges: ranges(i, 1_500) }))
  const { refused, stages } = planFor(asks, view)
  expect(refused.map(({ owner, problem }) => [owner.name, problem.reason, problemText(problem)])).toEqual([
    ['c', 'LimitReached', expect.stringMatching(/has no room for this Service: it would have 4500 source ranges, and Azure takes 4000/)],
  ])
  const balancer = stages.flat().find(({ kind }) => kind === 'load balancer')
  expect(balancer?.serves.map(({ name }) => name)).toEqual(['a', 'b'])
})
