/** What a request needs of the base, and what a Stack as found uses of it. */
import type { Desired } from '../../../../src/provider/provider.ts'
import type { AwsOptions } from '../../../../annotations/aws.ts'
import type { AwsView, GroupRule } from '../../view.ts'

/** Every Stack needs it, so that the planner sees subnets. */
export const NETWORK = 'network'
const NODES = 'nodes'
const PODS = 'pods'
/** What `nodes` allows: Kubernetes' usual node ports, and kube-proxy's answer for its node. */
const NODE_PORTS = { from: 30_000, to: 32_767 }
const KUBE_PROXY = 10_256

export function needsOf({ settings, options, backends }: Desired<AwsOptions>): readonly string[] {
  const isOwn = settings.securityGroups.length > 0
  if (options.noSecurityGroups === true || (isOwn && options.manageBackendRules !== true)) return [NETWORK]
  if (settings.targets === 'pods') return [NETWORK, PODS]
  const ports = settings.listeners.flatMap(({ key, protocol, healthCheck }) => {
    const nodePort = backends.ports[key]?.nodePort
    return [
      ...(nodePort === undefined ? [] : [`${protocol.toLowerCase()}/${nodePort}`]),
      ...(typeof healthCheck.port === 'number' ? [`tcp/${healthCheck.port}`] : nodePort === undefined ? [] : [`tcp/${nodePort}`]),
    ]
  })
  return [NETWORK, NODES, ...ownPorts(ports)]
}

/** Beyond those that `nodes` allows anyway. */
function ownPorts(ports: readonly string[]): readonly string[] {
  return [...new Set(ports)].filter((text) => !isUsual(text)).toSorted()
}

function isUsual(need: string): boolean {
  const [protocol, port] = need.split('/')
  const number = Number(port)
  return (number >= NODE_PORTS.from && number <= NODE_PORTS.to) || (protocol === 'tcp' && number === KUBE_PROXY)
}

/** Of target groups that stand behind a load balancer with our group, or that is marked to use it. Where the targets were not read, their group's own port counts. */
export function usesOf(view: AwsView): readonly string[] {
  const { loadBalancers, targetGroups, securityGroups } = view
  if (loadBalancers.size === 0 && targetGroups.size === 0) return []
  const leans = securityGroups.size > 0 || [...loadBalancers.values()].some(({ mark }) => mark.backend === true)
  if (!leans) return [NETWORK]
  const groups = [...targetGroups.values()]
  const instances = groups.filter(({ targetType }) => targetType === 'instance')
  const ports = instances.flatMap(({ protocol, port: created, healthCheck, targets }) => {
    const numbers = [...new Set(targets?.targets.map(({ port }) => port) ?? [created])]
    const traffic = numbers.flatMap((port) => protocolsOf(protocol).map((name) => `${name}/${port}`))
    const checked = healthCheck.port === 'traffic-port' ? numbers : [Number(healthCheck.port)]
    return [...traffic, ...checked.map((port) => `tcp/${port}`)]
  })
  return [NETWORK, ...(instances.length > 0 ? [NODES] : []), ...ownPorts(ports), ...(instances.length < groups.length ? [PODS] : [])]
}

function protocolsOf(protocol: string): readonly string[] {
  if (protocol === 'TCP_UDP') return ['tcp', 'udp']
  return [protocol === 'UDP' ? 'udp' : 'tcp']
}

/** The rules that meet a need. */
export function permissionsOf(need: string, source: string): readonly GroupRule[] {
  const rule = (protocol: 'tcp' | 'udp', from: number, to = from): GroupRule => ({ protocol, from, to, source, description: 'load balancers of the cluster' })
  if (need === NODES) return [rule('tcp', KUBE_PROXY), rule('tcp', NODE_PORTS.from, NODE_PORTS.to), rule('udp', NODE_PORTS.from, NODE_PORTS.to)]
  if (need === PODS) return [rule('tcp', 1, 65_535), rule('udp', 1, 65_535)]
  const [protocol, port] = need.split('/')
  return protocol === 'tcp' || protocol === 'udp' ? [rule(protocol, Number(port))] : []
}
