/** Works out what must have been there before a recorded request, and what happened between the recorded ones. */
import { type JsonObject } from '../../../../emulators/azure/index.ts'
import { type Exchange, type Line, type Step, shorten } from './lines.ts'

/** An exchange as it stands in a recording. */
export interface Source {
  readonly n: number
  readonly method: string
  readonly path: string
  readonly apiVersion?: string
  readonly query?: Readonly<Record<string, string>>
  readonly requestHeaders?: Readonly<Record<string, string>>
  readonly requestBody?: JsonObject | null
  readonly status: number
  readonly responseHeaders?: Readonly<Record<string, string>>
  readonly responseBody?: JsonObject | string | null
}

/** Requests that were sent while the one before was still being done: their answers show it. */
const AT_ONCE: Readonly<Record<string, readonly number[]>> = {
  'aso-security-group': [11],
  'aso-private-link-service': [9],
  'aso-public-ip-missing-prefix': [6],
}

type Machine = readonly [n: number, step: 'machine' | 'no machine', machine: string, networkInterface: string]

/** Machines came and went by requests to another service. */
const MACHINES: Readonly<Record<string, readonly Machine[]>> = {
  'net-lb-with-vms': [
    [9, 'machine', 'vm5142', 'nicvm51424cc87759e'],
    [16, 'machine', 'vm2242', 'nicvm22424f6559778'],
  ],
  'net-lb-internal': [
    [8, 'machine', 'vm4046', 'nicvm404623593123f'],
    [17, 'machine', 'vm6771', 'nicvm677160573091e'],
  ],
  'cli-delete-in-use': [
    [10, 'machine', 'cli-test-vm000002', 'cli-test-vm000002VMNic'],
    [28, 'no machine', 'cli-test-vm000002', 'cli-test-vm000002VMNic'],
  ],
}

const GROUP = /^~([^^/]+)/

/** The exchanges of a scenario with the steps before each. */
export function prepare(scenario: string, exchanges: readonly Exchange[]): readonly Line[] {
  const world: World = { scenario, there: new Set(), groups: new Set(), all: exchanges, lines: [] }
  for (const exchange of exchanges) {
    for (const step of before(world, exchange)) add(world, step)
    if (exchange.status < 300) follow(world, exchange)
    world.lines.push((AT_ONCE[scenario] ?? []).includes(exchange.n) ? { ...exchange, isAtOnce: true } : exchange)
  }
  return world.lines
}

interface World {
  readonly scenario: string
  /** Documents and parts, by path in lower case. */
  readonly there: Set<string>
  readonly groups: Set<string>
  readonly all: readonly Exchange[]
  readonly lines: Line[]
}

function add({ lines }: World, step: Step): void {
  lines.push(shorten(step) as Step)
}

function before(world: World, exchange: Exchange): readonly Step[] {
  const { scenario, groups } = world
  const group = GROUP.exec(exchange.path)?.[1]
  const steps: Step[] = []
  const code = (exchange.answer?.['error'] as { readonly code?: string } | undefined)?.code
  if (group !== undefined && code !== 'ResourceGroupNotFound' && !groups.has(group)) steps.push({ scenario, step: 'group', group })
  if (group !== undefined && code === 'ResourceGroupNotFound' && groups.has(group)) steps.push({ scenario, step: 'no group', group })
  for (const step of steps) if (step.step === 'group') groups.add(step.group)
  for (const step of steps) if (step.step === 'no group') groups.delete(step.group)
  const machines = (MACHINES[scenario] ?? []).filter(([n]) => n === exchange.n)
  return [
    ...steps,
    ...givens(world, exchange),
    ...machines.map(([, step, machine, name]): Step => machineStep({ scenario, group: group ?? '', step, machine, name })),
  ]
}

function machineStep({
  scenario,
  group,
  step,
  machine,
  name,
}: {
  readonly scenario: string
  readonly group: string
  readonly step: 'machine' | 'no machine'
  readonly machine: string
  readonly name: string
}): Step {
  return { scenario, step, id: `~${group}/providers/Microsoft.Compute/virtualMachines/${machine}`, interface: `~${group}^networkInterfaces/${name}` }
}

/** Documents that a request reads, replaces or refers to, and that were made before. */
function givens(world: World, exchange: Exchange): readonly Step[] {
  if (exchange.status >= 400 && exchange.method !== 'DELETE') return []
  const own = documentPath(exchange.path)
  const isMade = exchange.method === 'PUT' && exchange.path === own && exchange.status === 201
  const named = [...JSON.stringify([exchange.body ?? {}, exchange.method === 'GET' ? (exchange.answer ?? {}) : {}]).matchAll(/"(~[^"]+)"/g)].map(
    ([, id = '']) => documentPath(id),
  )
  const wanted = [...new Set([...named, ...(own === undefined || isMade ? [] : [own])])].flatMap((path) => (path === undefined || path === own ? [] : [path]))
  return [...wanted, ...(own === undefined || isMade || exchange.path.split('/').length > 90 ? [] : [own])].flatMap((path) => given(world, path, exchange))
}

function documentPath(path: string): string | undefined {
  return /^~[^^/]+\^[^/]+\/[^/]+/.exec(path)?.[0]
}

/** Interfaces of private link services are made with these. */
const REFERENCED = new Set(['publicIPAddresses', 'publicIPPrefixes', 'virtualNetworks', 'networkSecurityGroups', 'loadBalancers', 'networkInterfaces'])

function given(world: World, path: string, { version }: Exchange): readonly Step[] {
  const { there, scenario, all } = world
  const type = /\^([^/]+)/.exec(path)?.[1] ?? ''
  if (
    path.includes('.nic.') ||
    there.has(path.toLowerCase()) ||
    !REFERENCED.has(type) ||
    all.some((one) => one.method === 'PUT' && one.path.toLowerCase() === path.toLowerCase() && one.status === 201)
  )
    return []
  there.add(path.toLowerCase())
  const shown = all.find((one) => one.path.toLowerCase() === path.toLowerCase() && one.status === 200 && one.method === 'GET')
  const body = shown?.answer ?? listed(world, path) ?? invented(world, path, type)
  const kept = shown === undefined ? body : { same: shown.n }
  const inner = [...JSON.stringify(body).matchAll(/"(~[^"]+)"/g)].flatMap(([, id = '']) => documentPath(id) ?? [])
  const first = inner
    .filter((one) => one !== path)
    .flatMap((one) => (/\^loadBalancers|\^networkInterfaces/.test(one) ? [] : given(world, one, { version } as Exchange)))
  return [...first, { scenario, step: 'given', path, version: shown?.version ?? version, body: kept }]
}

/** As a list shows it. */
function listed({ all }: World, path: string): JsonObject | undefined {
  return all
    .flatMap(({ answer }) => (Array.isArray(answer?.['value']) ? (answer['value'] as readonly JsonObject[]) : []))
    .find((one) => typeof one['id'] === 'string' && one['id'].toLowerCase() === path.toLowerCase())
}

/** Of what no answer shows: the plainest that fits. */
function invented({ all }: World, path: string, type: string): JsonObject {
  const location = 'westus'
  const text = JSON.stringify(all)
  if (type === 'virtualNetworks') {
    const names = new Set(
      [...text.matchAll(new RegExp(`${path.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)}/subnets/([^"/]+)`, 'gi'))].map(([, name = '']) => name),
    )
    return {
      location,
      '%p': {
        addressSpace: { addressPrefixes: ['10.0.0.0/8'] },
        subnets: [...names].map((name, at) => ({ name, '%p': { addressPrefix: `10.${at}.0.0/16` } })),
      },
    }
  }
  const user = all.find((one) => one.path.includes('^loadBalancers/') && JSON.stringify(one.answer ?? {}).includes(path))
  const isStandard = /"sku":\{"name":"Standard"/.test(user === undefined ? text : JSON.stringify(user.answer))
  const sku = { name: isStandard ? 'Standard' : 'Basic', tier: 'Regional' }
  if (type === 'publicIPAddresses') return { location, sku, '%p': { publicIPAllocationMethod: isStandard ? 'Static' : 'Dynamic' } }
  if (type !== 'loadBalancers') return { location }
  const names = [...new Set([...text.matchAll(/frontendIpConfigurations\/([^"/]+)/gi)].map(([, name = '']) => name))]
  return {
    location,
    sku,
    '%p': {
      frontendIPConfigurations: names.map((name) => ({ name, '%p': { publicIPAddress: { id: `${path.replace(/\^.*/, '')}^publicIPAddresses/of-${name}` } } })),
    },
  }
}

function follow({ there }: World, { method, path, status }: Exchange): void {
  if (method === 'PUT') there.add(path.toLowerCase())
  if (method === 'DELETE' && status === 202) there.delete(path.toLowerCase())
}
