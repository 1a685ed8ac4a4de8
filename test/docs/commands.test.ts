/** Every command that the README and the pages of docs print is run as printed, in a shell of its reader's; where the page shows what is printed, that is compared. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { noCli } from '../cloud/aws/cli.ts'
import { noGcloud } from '../product/gcloud.ts'
import { noReader, openReader, type Reader } from './reader.ts'
import { RULES, wayOf } from './rules.ts'
import { type ShellCommand, shellBlocks } from './shell-blocks.ts'

vi.setConfig({ testTimeout: 240_000 })

const ROOT = new URL('../../', import.meta.url)
const read = (page: string): string => readFileSync(new URL(page, ROOT), 'utf8')
const PAGES = ['README.md', ...readdirSync(new URL('docs', ROOT)).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : []))]
const blocks = new Map(PAGES.map((page) => [page, shellBlocks(read(page), isWhole)]))

const FROM_AWS = 'docs/migrate-from-aws-load-balancer-controller.md'
const FROM_AZURE = 'docs/migrate-from-cloud-provider-azure.md'
const CLUSTER_DNS = 'docs/cluster-dns.md'
const FROM_GKE = 'docs/migrate-from-gke.md'

/** What a page takes for granted. */
const BEFORE: Readonly<Record<string, readonly string[]>> = {
  'docs/emulators-aws.md': [
    'npm start -- --cloud aws',
    'export KUBECONFIG=.fairlead/kubeconfig',
    AWS_KEYS(),
    'kubectl create deployment web --image=web --replicas=3',
    'kubectl rollout status deployment/web',
  ],
  [FROM_AWS]: [
    'npm start -- --cloud aws',
    'export KUBECONFIG=.fairlead/kubeconfig',
    AWS_KEYS(),
    OLD_BALANCER(),
    'kubectl create namespace shop && kubectl -n shop create deployment web --image=web',
    OLD_SERVICE(),
  ],
  [FROM_GKE]: [
    'npm start -- --cloud gcp',
    'export KUBECONFIG=.fairlead/kubeconfig',
    GCLOUD(),
    OLD_RULE(),
    'kubectl create namespace shop && kubectl -n shop create deployment web --image=web',
    OLD_GKE_SERVICE(),
  ],
  'docs/leave.md': ['npm start', 'export KUBECONFIG=.fairlead/kubeconfig'],
  'docs/translate.md': ['npm start', 'export KUBECONFIG=.fairlead/kubeconfig'],
  [CLUSTER_DNS]: ['npm start'],
  'docs/cluster-ips.md': ['npm start'],
  'docs/the-service-page.md': ['npm start'],
  'docs/pods.md': ['npm start'],
  'docs/install.md': ['npm start', 'export KUBECONFIG=.fairlead/kubeconfig'],
  'docs/operations.md': ['npm start', 'export KUBECONFIG=.fairlead/kubeconfig', 'fairlead() { npm run --silent fairlead -- "$@"; }'],
  'docs/troubleshooting.md': [
    'npm start',
    'export KUBECONFIG=.fairlead/kubeconfig',
    'fairlead() { npm run --silent fairlead -- "$@"; }',
    'kubectl create deployment web --image=web && kubectl expose deployment web --port=80 --type=LoadBalancer',
  ],
  'docs/policy.md': [
    'fairlead() { npm run --silent fairlead -- "$@"; }',
    "awk '/^```yaml$/ && !seen { seen = 1; on = 1; next } /^```$/ { on = 0 } on' docs/policy.md > policy.yaml",
  ],
}

/** What has happened between two parts of a page, by the beginning of the command that follows. */
const BETWEEN: readonly { readonly command: string; readonly first: string }[] = [
  // Way 2 begins where way 1 began.
  {
    command: 'ADDRESSES=',
    first: `${OLD_SERVICE()}\nkubectl -n shop annotate service web service.beta.kubernetes.io/aws-load-balancer-eip-allocations=$(aws ec2 describe-addresses --query 'Addresses[0:3].AllocationId' --output text | tr '\\t' ,)`,
  },
  { command: 'gcloud compute addresses list', first: `kubectl -n "$NS" delete service "$NEW"; ${OLD_GKE_SERVICE()}` },
  // What the other controller does when the Service has another type.
  { command: 'until [ "$(gcloud', first: 'gcloud compute forwarding-rules delete theirs --region us-central1 || true' },
  { command: 'PARTS=', first: `kubectl -n "$NS" delete service "$NEW"; ${OLD_SERVICE()}` },
]

function AWS_KEYS(): string {
  return `export AWS_ACCESS_KEY_ID=playground AWS_SECRET_ACCESS_KEY=playground AWS_DEFAULT_REGION=eu-west-1 AWS_ENDPOINT_URL=$(jq -r .aws .fairlead/endpoints.json)`
}

/** For gcloud, in a configuration of its own. */
function GCLOUD(): string {
  const values = 'CLOUDSDK_AUTH_DISABLE_CREDENTIALS=true CLOUDSDK_CORE_PROJECT=playground CLOUDSDK_CORE_DISABLE_PROMPTS=1 CLOUDSDK_CONFIG=$PWD/.gcloud'
  return `export CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE=$(jq -r .gcp .fairlead/endpoints.json)/compute/v1/ ${values}`
}

/** The load balancer of a Service that GKE serves, at an address that Google chose. */
function OLD_RULE(): string {
  const [where, external] = ['--region us-central1', '--load-balancing-scheme external']
  return [
    `gcloud compute health-checks create http theirs ${where} --port 10256 --request-path /healthz`,
    `gcloud compute backend-services create theirs ${where} ${external} --protocol TCP --health-checks theirs --health-checks-region us-central1`,
    `gcloud compute forwarding-rules create theirs ${where} ${external} --ports 80 --backend-service theirs`,
    `OLD_IP=$(gcloud compute forwarding-rules describe theirs ${where} --format 'value(IPAddress)')`,
  ].join(' && ')
}

function OLD_GKE_SERVICE(): string {
  const spec = { type: 'LoadBalancer', loadBalancerClass: 'networking.gke.io/l4-regional-external', selector: { app: 'web' }, ports: [{ port: 80 }] }
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' }, spec }
  return [
    `echo '${JSON.stringify(service)}' | kubectl apply -f -`,
    `kubectl -n shop patch service web --subresource=status --type=merge -p '{"status":{"loadBalancer":{"ingress":[{"ip":"'$OLD_IP'"}]}}}'`,
  ].join('\n')
}

/** A Service of another controller's class, in the namespace of the page. */
function OLD_SERVICE(): string {
  const spec = { type: 'LoadBalancer', loadBalancerClass: 'service.k8s.aws/nlb', selector: { app: 'web' }, ports: [{ port: 80 }] }
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' }, spec }
  return [
    `echo '${JSON.stringify(service)}' | kubectl apply -f -`,
    `kubectl -n shop patch service web --subresource=status --type=merge -p '{"status":{"loadBalancer":{"ingress":[{"hostname":"'$OLD_HOST'"}]}}}'`,
  ].join('\n')
}

/** Its load balancer. */
function OLD_BALANCER(): string {
  return [
    'SUBNETS=$(aws ec2 describe-subnets --filters Name=tag:kubernetes.io/role/elb,Values=1 --query "Subnets[].SubnetId" --output text)',
    'VPC=$(aws ec2 describe-vpcs --query "Vpcs[0].VpcId" --output text)',
    'GROUP=$(aws ec2 create-security-group --group-name theirs --description theirs --vpc-id $VPC --query GroupId --output text)',
    'OLD_HOST=$(aws elbv2 create-load-balancer --name theirs --type network --subnets $SUBNETS --security-groups $GROUP --query "LoadBalancers[0].DNSName" --output text)',
  ].join('\n')
}

/** The shell's own answer; a here-document without its end is only warned about. */
function isWhole(text: string): boolean {
  const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' })
  return status === 0 && stderr === ''
}

const withoutReader = noReader()
const withoutCli = noCli()
const withoutHelm = spawnSync('sh', ['-c', 'command -v helm']).status === 0 || process.env['KUBEBUILDER_ASSETS'] !== undefined ? undefined : 'there is no helm'

const withoutDig = spawnSync('dig', ['-v']).status === 0 ? undefined : 'there is no dig'

const withoutGcloud = noGcloud()

/** Why a command is not run here. */
function reasonAgainst(page: string, command: string): string | undefined {
  const way = wayOf(command)
  if (way?.kind === 'skip') return way.because
  if (page === FROM_GKE) return withoutGcloud
  if (page === CLUSTER_DNS) return withoutDig
  if (page === FROM_AZURE) return 'it moves what cloud-provider-azure and the Azure CLI made, and neither is here'
  if (command.startsWith('helm ')) return withoutHelm
  if (command.startsWith('gcloud ')) return withoutGcloud
  const needsCli = page === FROM_AWS || /\baws elbv2\b|\$HOST|\$ARN/.test(command)
  return needsCli ? withoutCli : undefined
}

test('there is something to run, and every rule is about something', () => {
  const commands = [...blocks.values()].flat().flatMap((block) => block.commands.map(({ text }) => text))
  expect(commands.length).toBeGreaterThan(60)
  expect(RULES.filter((rule) => !commands.some((command) => rule.command.test(command)))).toEqual([])
})

describe.skipIf(withoutReader !== undefined)('as its reader types it', () => {
  test.each(PAGES.filter((page) => (blocks.get(page) ?? []).length > 0))('%s', async (page) => {
    await using reader = await openReader()
    if (process.env['KUBEBUILDER_ASSETS'] !== undefined) await reader.run(`PATH="$PATH:${process.env['KUBEBUILDER_ASSETS']}"`)
    const cannotBegin = (page === FROM_AWS && withoutCli !== undefined) || (page === FROM_GKE && withoutGcloud !== undefined)
    const before = (cannotBegin ? [] : (BEFORE[page] ?? [])).map((text) => ({ text, line: 0 }))
    const printed = (blocks.get(page) ?? []).flatMap(({ line, commands }) => commands.map((command) => ({ ...command, line })))
    const wrong: string[] = []
    for (const { line, ...command } of [...before, ...printed]) if (wrong.length === 0) wrong.push(...(await carryOut(reader, page, command, line)))
    expect(wrong).toEqual([])
  })
})
if (withoutReader !== undefined) console.log(`skipped: the commands of the docs: ${withoutReader}`)

/** What did not go as the page says; none: all did. */
type Wrong = readonly string[]

async function carryOut(reader: Reader, page: string, { text, printed }: ShellCommand, line: number): Promise<Wrong> {
  const where = `${page}:${line}: ${text}`
  const because = reasonAgainst(page, text)
  if (because !== undefined) {
    console.log(`not run: ${where.split('\n')[0]}: ${because}`)
    return []
  }
  for (const { command, first } of BETWEEN) if (text.startsWith(command)) await reader.run(first)
  const way = wayOf(text)
  switch (way?.kind) {
    case 'start':
      if (way.first === undefined) await reader.stop()
      else await reader.run(way.first)
      return typeWhatIsPrinted(reader, page, await reader.start(text, way.prints))
    case 'fail':
      return eventually(where, async () => ((await reader.run(text)).exitCode === 0 ? 'it succeeds' : undefined))
    case 'instead': {
      const { exitCode, output } = await reader.run(placesFilled(text.replace(way.of, way.by)))
      return exitCode === 0 ? [] : [`${where}: ${output}`]
    }
    case undefined:
      return runAsPrinted(reader, where, { text: placesFilled(text), ...(printed === undefined ? {} : { printed }) })
    case 'skip':
      return []
    default:
      return way satisfies never
  }
}

/** What the reader has to look up, or has a name of their own for. */
const PLACES: readonly (readonly [RegExp, string])[] = [
  [/http:\/\/127\.0\.0\.1:PORT/g, '$(jq -r .aws .fairlead/endpoints.json)'],
  [/\bREGISTRY\b/g, 'registry.example.com'],
  [/=REGION\b/g, '=eu-west-1'],
  [/=VPC\b/g, '=vpc-0123456789abcdef0'],
  [/=CLUSTER\b/g, '=shop'],
  [/\bACCOUNT\b/g, '111122223333'],
  [/(?<=[ =])SUBSCRIPTION\b/g, '00000000-0000-0000-0000-000000000001'],
  [/=LOCATION\b/g, '=westeurope'],
  [/(?<=[=@])PROJECT\b/g, 'shop-123456'],
  [/=CLIENT\b/g, '=00000000-0000-0000-0000-00000000000c'],
]

function placesFilled(text: string): string {
  return PLACES.reduce((filled, [place, by]) => filled.replaceAll(place, by), text)
}

/** The README says that the playground prints what to type next: so that is typed. */
async function typeWhatIsPrinted(reader: Reader, page: string, output: string): Promise<Wrong> {
  if (page !== 'README.md') return []
  const commands = output.split('\n').flatMap((one) => (/^ {2}\S/.test(one) ? [one.trim()] : []))
  if (commands.length < 5) return [`${page}: the playground prints too little to type: ${output}`]
  const wrong: string[] = []
  for (const command of commands) {
    const because = command.startsWith('aws ') ? withoutCli : command.startsWith('gcloud ') ? withoutGcloud : undefined
    if (because !== undefined) console.log(`not run: ${command}: ${because}`)
    else if (wrong.length === 0) wrong.push(...(await runAsPrinted(reader, `${page}, printed by the playground: ${command}`, { text: command })))
  }
  return wrong
}

/** Commands that only look are given time: a reader types slower than this test. */
const LOOKS =
  /^(curl|kubectl (-n \S+ )?(get|describe|wait|exec|logs)|echo .*\| nc|NAME=|npm run --silent fairlead -- (explain|get)|ask|inside)\b|^\w+=\$\(kubectl .*get /

async function runAsPrinted(reader: Reader, where: string, { text, printed }: ShellCommand): Promise<Wrong> {
  const attempt = async (): Promise<string | undefined> => {
    const { exitCode, output } = await reader.run(text)
    const isRight = printed === undefined ? !/^curl |\bnc\b/.test(text) || output.trim() !== '' : shapeOf(output) === shapeOf(printed.join('\n'))
    return exitCode === 0 && isRight ? undefined : output
  }
  if (LOOKS.test(text)) return eventually(where, attempt)
  const output = await attempt()
  return output === undefined ? [] : [`${where} did not do what the page says; it printed:\n${output}`]
}

const PATIENCE_MS = 40_000

/** `attempt` answers what was printed instead; undefined: it went as the page says. */
async function eventually(where: string, attempt: () => Promise<string | undefined>): Promise<Wrong> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const output = await attempt()
    if (output === undefined) return []
    if (Date.now() > deadline) return [`${where} did not do what the page says; it printed:\n${output}`]
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** Without what differs from time to time: ends of names, addresses of the cluster, node ports, ages, widths of columns. */
function shapeOf(text: string): string {
  return text
    .trim()
    .replaceAll(/web-[a-z0-9]+-[a-z0-9]+/g, 'web-POD')
    .replaceAll(/\b10(\.\d+){3}\b/g, 'IP')
    .replaceAll(/:3\d{4}\//g, ':PORT/')
    .replaceAll(/on port \d+/g, 'on port PORT')
    .replaceAll(/\b\d+s\b/g, 'AGE')
    .replaceAll(/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/ +/g, ' ')
}
