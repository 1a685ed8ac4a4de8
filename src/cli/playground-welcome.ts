/** What the playground says when it is ready: what to type next. */
import type { PlaygroundWelcome } from '../provider/playground.ts'

export interface Welcome extends PlaygroundWelcome {
  /** The kubeconfig. */
  readonly file: string
  readonly http: string | undefined
  readonly dashboard: string | undefined
  /** Where the cluster's DNS listens. */
  readonly dns: { readonly ip: string; readonly port: number }
  /** Where cluster IPs are found on this machine, as `FROM=TO+N`: ports under 1024 are N higher. */
  readonly clusterIpMap: readonly string[]
  /** The same of pods and nodes. */
  readonly networkMap: readonly string[]
}

export function welcome({ file, http, dashboard, dns, clusterIpMap, networkMap, addition = '', port, targetPort, lines }: Welcome): string {
  return [
    '',
    ...(dashboard === undefined ? [] : [`Dashboard: ${dashboard}`, '']),
    `Fairlead's playground is ready${addition}. In a second terminal:`,
    '',
    `  export KUBECONFIG=${file}`,
    '  kubectl create deployment web --image=web --replicas=2',
    `  kubectl expose deployment web --port=${port}${targetPort === undefined ? '' : ` --target-port=${targetPort}`} --type=LoadBalancer`,
    '  kubectl get service web',
    ...lines.map((line) => (line === '' ? '' : `  ${line}`)),
    '',
    `DNS: dig @${dns.ip} -p ${dns.port} web.default.svc.cluster.local`,
    `Cluster IPs: ${clusterIpMap.map(routeText).join(', ')}`,
    `Pods and nodes: ${networkMap.map(routeText).join(', ')}`,
    ...(http === undefined ? [] : [`Metrics: ${http}/metrics`]),
    'Ctrl-C stops it and leaves nothing behind.',
    '',
    '',
  ].join('\n')
}

/** `10.96.0.0/16 at 127.96.0.0/16 (ports under 1024: +64000)`. */
function routeText(route: string): string {
  const [from, to = ''] = route.split('=')
  const [range, raised] = to.split('+')
  return `${from} at ${range}${raised === undefined ? '' : ` (ports under 1024: +${raised})`}`
}
