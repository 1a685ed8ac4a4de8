/** What the playground says when it is ready: what to type next. */
import type { Settings } from '../config.ts'

export interface Welcome {
  /** The kubeconfig. */
  readonly file: string
  readonly settings: Settings
  /** Of the Service that is proposed. */
  readonly port: number
  readonly http: string | undefined
  /** Where the emulated AWS is called. */
  readonly aws?: string
}

export function welcome(said: Welcome): string {
  const { file, settings, port, http, aws } = said
  return [
    '',
    `Fairlead's playground is ready${aws === undefined ? '' : ', on an emulated AWS whose time runs 20 times as fast'}. In a second terminal:`,
    '',
    `  export KUBECONFIG=${file}`,
    '  kubectl create deployment web --image=web --replicas=2',
    `  kubectl expose deployment web --port=${port}${settings['port-offset'] > 0 ? ' --target-port=8080' : ''} --type=LoadBalancer`,
    '  kubectl get service web',
    ...(aws === undefined ? [`  curl ${localUrl(said)}`] : awsLines(aws, settings, port)),
    '',
    ...(http === undefined ? [] : [`Metrics: ${http}/metrics`]),
    'Ctrl-C stops it and leaves nothing behind.',
    '',
    '',
  ].join('\n')
}

function localUrl({ settings, port }: Welcome): string {
  const reached = port + settings['port-offset']
  return `http://${firstAddress(settings)}${reached === 80 ? '' : `:${reached}`}/`
}

/** What the first Service of the default pool gets on Linux; elsewhere kubectl tells. */
function firstAddress(settings: Settings): string {
  return settings['address-pool'].length === 0 && process.platform === 'linux' ? '127.0.10.1' : 'EXTERNAL-IP'
}

/** There is no network behind the emulated cloud: a packet is described, and the answer says who would get it. */
function awsLines(url: string, settings: Settings, port: number): readonly string[] {
  return [
    '',
    `  export AWS_ACCESS_KEY_ID=playground AWS_SECRET_ACCESS_KEY=playground AWS_DEFAULT_REGION=${settings['aws-region']}`,
    `  aws elbv2 describe-load-balancers --endpoint-url ${url}`,
    `  curl ${url}/_fairlead/journal`,
    "  NAME=$(kubectl get service web -o jsonpath='{.status.loadBalancer.ingress[0].hostname}')",
    `  curl ${url}/_fairlead/deliver -d '{"from": "192.0.2.5", "to": "'$NAME'", "port": ${port}, "protocol": "TCP"}'`,
  ]
}
