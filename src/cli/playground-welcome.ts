/** What the playground says when it is ready: what to type next. */
import type { PlaygroundWelcome } from '../provider/playground.ts'

export interface Welcome extends PlaygroundWelcome {
  /** The kubeconfig. */
  readonly file: string
  readonly http: string | undefined
  readonly dashboard: string | undefined
  /** Where the cluster's DNS listens. */
  readonly dns: { readonly ip: string; readonly port: number }
}

export function welcome({ file, http, dashboard, dns, addition = '', port, targetPort, lines }: Welcome): string {
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
    ...(http === undefined ? [] : [`Metrics: ${http}/metrics`]),
    'Ctrl-C stops it and leaves nothing behind.',
    '',
    '',
  ].join('\n')
}
