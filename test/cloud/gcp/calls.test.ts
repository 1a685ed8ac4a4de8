/** What the adapter decides and calls, at the emulated Google Cloud: a load balancer is made, changed and taken away, and packets go where they should. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { type GcpEmulator, type GcpOptions, IMMEDIATE, startGcp } from '../../../emulators/gcp/index.ts'
import type { GcpApi, Written } from '../../../providers/gcp/api/calls.ts'
import { readGcpConfig, type GcpConfig } from '../../../providers/gcp/api/config.ts'
import type { BackendService, ForwardingRule } from '../../../providers/gcp/api/documents.ts'
import { finished } from '../../../providers/gcp/api/finished.ts'
import { idIn, type Kind, urlOf } from '../../../providers/gcp/api/ids.ts'
import { ANONYMOUS } from '../../../providers/gcp/api/identity.ts'
import { openAccount } from '../../../providers/gcp/api/open.ts'
import * as names from '../../../providers/gcp/names.ts'
import { admittingProbes, allowing, openingsFor } from '../../../providers/gcp/plan/wanted/firewall.ts'
import { wantedRules } from '../../../providers/gcp/plan/wanted/forwarding-rules.ts'
import { checkFor } from '../../../providers/gcp/plan/wanted/health-check.ts'
import { systemClock } from '../../../src/model/clock.ts'
import { because } from '../../../src/provider/kit/cause.ts'
import { inProcess } from './transport.ts'

const { signal } = new AbortController()
const NODES = ['node-1', 'node-2'] as const
const CLIENT = '192.0.2.1'
const naming = names.namingOf('c1', 'service/u1', 'web')

interface World {
  readonly gcp: GcpEmulator
  readonly api: GcpApi
  readonly config: GcpConfig
  readonly zone: string
  /** An id in the region. */
  readonly at: (kind: Kind, name: string) => string
  readonly firewallId: (name: string) => string
}

async function world(delays: GcpOptions['delays'] = IMMEDIATE, isOverHttp = false): Promise<World> {
  const machines = NODES.map((name) => ({ name, zone: 'us-central1-a' }))
  const gcp = await startGcp({ virtualTime: true, delays, seed: { machines } })
  onTestFinished(() => gcp.close())
  const { project, region, ids } = gcp.cloud
  const settings = { clusterId: 'c1', project, region, network: ids.network, nodeTags: [ids.nodeTag], ...(isOverHttp ? { endpoint: gcp.url } : {}) }
  const config = await readGcpConfig(settings, async () => ({}))
  const { account } = await openAccount(config, { clock: systemClock, version: '0', identity: ANONYMOUS, ...(isOverHttp ? {} : { transport: inProcess(gcp) }) })
  return {
    gcp,
    api: account.api,
    config,
    zone: 'us-central1-a',
    at: (kind, name) => idIn(project, { region }, kind, name),
    firewallId: (name) => idIn(config.networkProject, 'global', 'firewalls', name),
  }
}

const PORTS = [
  { port: 80, protocol: 'TCP', key: '80/TCP' },
  { port: 443, protocol: 'TCP', key: '443/TCP' },
] as const
const KUBE_PROXY = { protocol: 'http', port: 10_256, path: '/healthz', from: 'kube-proxy' } as const

interface Made {
  readonly rule: string
  readonly service: string
  readonly check: string
  readonly group: string
  readonly firewalls: readonly string[]
  readonly address: string
}

/** The whole of an external load balancer, as few writes as there can be: the backends are in the insert. */
async function make({ gcp, api, config, zone, at, firewallId }: World, sourceRanges: readonly string[]): Promise<Made> {
  const { network, firewallTargets: targets, project } = config
  const found = checkFor(
    PORTS.map((port) => ({ ...port, healthCheck: KUBE_PROXY })),
    'Cluster',
  )
  if (found.kind === 'problem') throw new Error(found.problem.wrong)
  const group = idIn(project, { zone }, 'instanceGroups', names.instanceGroupName(naming, network))
  const check = at('healthChecks', names.healthCheckName(naming))
  const service = at('backendServices', names.backendServiceName(naming, 'EXTERNAL', network))
  const { matches, backendProtocol } = wantedRules({ scheme: 'internet-facing', ports: PORTS, mostRules: 10 })
  const rule = at('forwardingRules', names.forwardingRuleName(naming, { family: 'IPv4', service, match: 'TCP 80,443' }))
  await api.insert(group, {}, signal)
  await api.changeInstances(
    group,
    'add',
    NODES.map((name) => idIn(project, { zone }, 'instances', name)),
    signal,
  )
  await api.insert(check, found.check, signal)
  const backends = [{ group: urlOf(group) }]
  await api.insert(service, { protocol: backendProtocol, loadBalancingScheme: 'EXTERNAL', healthChecks: [urlOf(check)], backends }, signal)
  await api.insert(rule, { ...matches[0], loadBalancingScheme: 'EXTERNAL', backendService: urlOf(service) }, signal)
  const address = (await api.get<ForwardingRule>(rule, signal))?.IPAddress ?? ''
  const [opening] = openingsFor({ ports: PORTS, families: ['IPv4'], sourceRanges })
  const [allow, probes] = [{ of: 'service' }, 'probes' as const].map((purpose) => firewallId(names.firewallName(naming, { family: 'IPv4', network, purpose })))
  const place = { network: urlOf(network), addresses: [address], targets }
  if (opening === undefined || allow === undefined || probes === undefined) throw new Error('nothing is let in')
  await api.insert(allow, allowing(opening, place), signal)
  await api.insert(probes, admittingProbes({ ...place, family: 'IPv4', schemes: ['internet-facing'], port: found.port }), signal)
  const published = PORTS.flatMap(({ port, protocol }) =>
    NODES.map((name) => ({
      node: { name, providerId: `gce://${project}/${zone}/${name}`, addresses: [] },
      address,
      port,
      protocol,
      to: [{ ip: '10.244.0.2', port: 8080 }],
    })),
  )
  gcp.setMachines({ pods: [{ name: 'web-1', ips: ['10.244.0.2'], ports: [8080] }], nodePorts: [], health: [], published })
  return { rule, service, check, group, firewalls: [allow, probes], address }
}

const reached = ({ gcp }: World, to: string, port: number, from = CLIENT): string => {
  const delivery = gcp.deliver({ from, to, port, protocol: 'TCP' })
  return 'dropped' in delivery ? delivery.at : delivery.backend
}

describe('a load balancer', () => {
  it.each([false, true])('takes its ports and its clients, and no others (over HTTP: %s)', async (isOverHttp) => {
    const w = await world(IMMEDIATE, isOverHttp)
    const { address } = await make(w, ['192.0.2.0/24'])
    expect([80, 443, 81].map((port) => reached(w, address, port))).toEqual(['web-1', 'web-1', 'listener'])
    expect(reached(w, address, 80, '198.51.100.1')).toBe('target firewall')
  })

  it('is found by lists, of all zones and of the region', async () => {
    const w = await world()
    const { rule, group } = await make(w, ['192.0.2.0/24'])
    const { project, region } = w.config
    const filter = names.filterOf('c1')
    const listed = async (kind: Kind, scope: Parameters<GcpApi['list']>[0]['scope']) =>
      (await Array.fromAsync(w.api.list({ project, kind, scope, filter }, signal))).flat().map(({ name }) => name)
    expect(await listed('forwardingRules', { region })).toEqual([rule.split('/').at(-1)])
    expect(await listed('instanceGroups', 'all')).toEqual([group.split('/').at(-1)])
    expect(await listed('addresses', { region }), 'what is not ours').toEqual([])
    expect((await Array.fromAsync(w.api.instances(group, signal))).flat()).toHaveLength(2)
  })

  it('is changed in place, where what was changed meanwhile is seen', async () => {
    const w = await world()
    const { service, firewalls, address } = await make(w, ['192.0.2.0/24'])
    await w.api.patch(firewalls[0] ?? '', { sourceRanges: ['198.51.100.0/24'] }, signal)
    expect([CLIENT, '198.51.100.1'].map((from) => reached(w, address, 80, from))).toEqual(['target firewall', 'web-1'])
    const old = { fingerprint: 'b2xk', sessionAffinity: 'CLIENT_IP' }
    await expect(w.api.patch(service, old, signal)).rejects.toMatchObject({ consequence: 'stale' })
    await w.api.patch(service, { backends: [], fingerprint: (await w.api.get<BackendService>(service, signal))?.fingerprint ?? '' }, signal)
    expect(await w.api.get(service, signal)).not.toMatchObject({ backends: [{}] })
  })

  it('is taken away in order, and nothing is left; what is in use is waited for', async () => {
    const w = await world()
    const { rule, service, check, group, firewalls } = await make(w, ['192.0.2.0/24'])
    await expect(w.api.remove(service, signal)).rejects.toMatchObject({ consequence: 'later', reason: 'Waiting' })
    for (const id of [...firewalls, rule, service, check, group]) await w.api.remove(id, signal)
    expect(await Promise.all([...firewalls, rule, service, check, group].map((id) => w.api.get(id, signal)))).toEqual(Array.from({ length: 6 }))
    expect(await w.api.remove(rule, signal), 'what is gone is gone').toEqual({})
  })
})

it('says in the journal of the emulated cloud what a call is for, and who calls', async () => {
  const w = await world()
  await because('change', () => w.api.get(w.at('addresses', 'none'), signal))
  expect(w.gcp.journal.calls.at(-1)).toMatchObject({ action: 'addresses.get', cause: 'change', userAgent: 'fairlead/0' })
})

describe('an operation', () => {
  it('is polled until its time has come', async () => {
    const w = await world({ ...IMMEDIATE, healthCheck: 30_000 })
    const check = w.at('healthChecks', 'a')
    const { operation } = await w.api.insert(check, { type: 'TCP', tcpHealthCheck: { port: 80 } }, signal)
    expect(operation && (await w.api.poll(operation, signal))).toMatchObject({ state: 'running' })
    w.gcp.advance(30_000)
    await finished(w.api, operation, { clock: systemClock, signal })
    expect(await w.api.get(check, signal)).toMatchObject({ name: 'a' })
  })

  it('whose answer was lost is begun once, and answered the second time', async () => {
    const w = await world()
    const check = w.at('healthChecks', 'a')
    w.gcp.faults.inject({ match: { action: 'regionHealthChecks.insert' }, kind: 'lost' })
    const insert = (): Promise<Written> => w.api.insert(check, { type: 'TCP', tcpHealthCheck: { port: 80 } }, signal)
    await expect(insert()).rejects.toMatchObject({ consequence: 'unclear' })
    expect(await insert(), 'without the request id it would be refused: it is there already').toEqual({})
  })

  it('that failed is refused', async () => {
    const w = await world({ ...IMMEDIATE, healthCheck: 1_000 })
    w.gcp.cloud.failOperations({ failure: { code: 'INTERNAL_ERROR', message: 'An internal error occurred.', status: 500 } })
    const { operation } = await w.api.insert(w.at('healthChecks', 'a'), { type: 'TCP', tcpHealthCheck: { port: 80 } }, signal)
    w.gcp.advance(1_000)
    await expect(finished(w.api, operation, { clock: systemClock, signal })).rejects.toMatchObject({
      consequence: 'refused',
      reason: 'CloudUnavailable',
      mayHaveEffect: true,
    })
  })
})
