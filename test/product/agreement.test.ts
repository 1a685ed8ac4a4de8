/** What `plan -f` refuses the controller refuses, and what it allows the controller serves: one file, both ways. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { eventually } from '../until.ts'
import { ownAddresses } from './addresses.ts'
import { noKubectl, type Playground, startPlayground } from './playground.ts'
import { run } from './program.ts'

vi.setConfig({ testTimeout: 120_000 })

const reason = noKubectl()
if (reason !== undefined) console.log(`skipped: plan and the controller on the same files: ${reason}`)

interface Input {
  readonly what: string
  readonly annotations?: Readonly<Record<string, string>>
  readonly spec?: object
  /** What both say; absent: it is served. */
  readonly refused?: RegExp
}

const INPUTS: readonly Input[] = [
  { what: 'a plain Service' },
  { what: 'a class that is said', spec: { loadBalancerClass: 'fairlead.dev/local' } },
  { what: 'a mistyped key', annotations: { 'fairlead.dev/shceme': 'internal' }, refused: /fairlead\.dev\/shceme/ },
  { what: 'a key of the port', annotations: { 'fairlead.dev/source-ranges.8080': '127.0.0.0/8' } },
  { what: 'a key of a port that is not there', annotations: { 'fairlead.dev/source-ranges.81': '127.0.0.0/8' }, refused: /81/ },
  { what: 'a value that is no range', annotations: { 'fairlead.dev/source-ranges': 'everybody' }, refused: /everybody/ },
  { what: 'an address outside the pools', annotations: { 'fairlead.dev/addresses': '192.0.2.1' }, refused: /192\.0\.2\.1/ },
  { what: 'a pool that is not there', annotations: { 'fairlead.dev/address-pool': 'edge' }, refused: /edge/ },
  { what: 'what this provider cannot do', annotations: { 'fairlead.dev/tls-certificates.8080': 'x' }, refused: /tls-certificates/ },
  { what: "another controller's keys", annotations: { 'service.beta.kubernetes.io/aws-load-balancer-type': 'nlb' } },
  { what: 'keys of nobody', annotations: { 'example.com/owner': 'team-a' } },
]

interface Planned {
  readonly service: string
  readonly providers: readonly { readonly problems: readonly object[]; readonly stacks: readonly { readonly refused: readonly object[] }[] }[]
}

describe.skipIf(reason !== undefined)('plan and the controller agree', () => {
  let playground: Playground
  /** By the Service's name: what the plan refuses of it, as text; empty: nothing. */
  const refusals = new Map<string, string>()
  const named = INPUTS.map((input, i) => ({ ...input, name: `input-${i}` }))

  beforeAll(async () => {
    playground = await startPlayground(ownAddresses())
    await playground.deploy('web', 1)
    const items = named.map(({ name, annotations = {}, spec = {} }) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, annotations },
      spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 8080, targetPort: 80 }], ...spec },
    }))
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
    const { out } = await run(['plan', '-f', '-', '-o', 'json', '--kubeconfig', playground.kubeconfig], { input: list })
    const { services } = JSON.parse(out) as { readonly services: readonly Planned[] }
    for (const { service, providers } of services) {
      const found = providers.flatMap(({ problems, stacks }) => [...problems, ...stacks.flatMap((stack) => stack.refused)])
      refusals.set(service, found.length === 0 ? '' : JSON.stringify(found))
    }
    await playground.kubectl(['apply', '-f', '-'], list)
  })
  afterAll(() => playground.close())

  test.each(named)('$what', async ({ name, refused }) => {
    const condition = (): Promise<string> =>
      playground.kubectl([
        'get',
        'service',
        name,
        '-o',
        'jsonpath={.status.conditions[?(@.type=="fairlead.dev/Ready")].status} {.status.conditions[*].message}',
      ])
    const found = await eventually(condition, (text) => (refused === undefined ? /^True/ : refused).test(text))
    const planned = refusals.get(`default/${name}`)
    const isReady = found.startsWith('True')
    expect({ planned: refused === undefined ? planned === '' : refused.test(planned ?? ''), isReady }).toEqual({
      planned: true,
      isReady: refused === undefined,
    })
  })
})
