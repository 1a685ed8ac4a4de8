/** `fairlead translate -f`: what is printed for files as people have them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { PROVIDERS } from '../../../providers/index.ts'
import { runProgram, type Bodies } from '../../../src/cli/program.ts'
import { translateCommand } from '../../../src/cli/translate.ts'
import { unifiedDiff } from '../../../src/cli/unified-diff.ts'
import { escapedLines } from '../../../src/model/text.ts'
import type { Surroundings } from '../../../src/cli/connection.ts'

const AWS = 'service.beta.kubernetes.io/aws-load-balancer-'
const folder = mkdtempSync(join(tmpdir(), 'fairlead-translate-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function translate(text: string, ...flags: readonly string[]): Promise<{ readonly exitCode: number; readonly out: string; readonly err: string }> {
  const file = join(folder, 'services.yaml')
  writeFileSync(file, text)
  const seen = { out: '', err: '' }
  const terminal = {
    environment: {},
    out: (more: string) => void (seen.out += more),
    err: (more: string) => void (seen.err += more),
    isTerminal: false,
    signal: new AbortController().signal,
  }
  const bodies = { translate: translateCommand(PROVIDERS, {} as Surroundings) } as unknown as Bodies
  const exitCode = await runProgram(['translate', '-f', file, ...flags], bodies, terminal, { version: '0' })
  return { exitCode, ...seen }
}

const WEB = `# the shop
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
  annotations:
    # who may know
    team: shop # us
    ${AWS}type: external
    # where to
    ${AWS}nlb-target-type: ip
    ${AWS}attributes: load_balancing.cross_zone.enabled=true,zonal_shift.config.enabled=true
spec:
  type: LoadBalancer
  loadBalancerClass: service.k8s.aws/nlb
  ports:
  - name: http # for all
    port: 80
  selector: {app: web}
`

test('annotations, the class and the scheme that no annotation names are written in neutral keys; the rest of the file stays as it is, comments too', async () => {
  const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n    a: |\n      b\n'
  const { out, err, exitCode } = await translate(`${WEB}---\n${configMap}`)
  expect({ err, exitCode }).toEqual({ err: '', exitCode: 0 })
  expect(out).toBe(`# the shop
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
  annotations:
    # who may know
    team: shop # us
    # where to
    fairlead.dev/targets: pods
    fairlead.dev/cross-zone: "true"
    fairlead.dev/scheme: internal
    ${AWS}attributes: zonal_shift.config.enabled=true
spec:
  type: LoadBalancer
  loadBalancerClass: fairlead.dev/aws
  ports:
  - name: http # for all
    port: 80
  selector: {app: web}
---
${configMap}`)
})

test('what has no counterpart is named beside the Service and on stderr, and ends a strict run with 1', async () => {
  const { out, err, exitCode } = await translate(WEB, '--to', 'gcp')
  expect(exitCode).toBe(0)
  const lines = err.trimEnd().split('\n')
  expect(lines).toHaveLength(3)
  for (const line of lines) {
    expect(line).toMatch(/^shop\/web: not translated: service\.beta\.kubernetes\.io\/\S+: ".+": .+\. [A-Z].+\.$/)
    expect(out).toContain(`# ${line.replace('shop/web: ', '')}\n`)
  }
  expect(out).toContain('networking.gke.io/load-balancer-type: Internal')
  expect(out).toContain('loadBalancerClass: fairlead.dev/gcp')
  expect((await translate(WEB, '--to', 'gcp', '--strict')).exitCode).toBe(1)
  expect((await translate(WEB, '--strict')).exitCode).toBe(0)
})

test.each([
  ['a list of sources that the other cloud does not know', `${AWS}security-group-prefix-lists: pl-0123456789abcdef0`, 'limits which clients may connect'],
  ['security groups', `${AWS}security-groups: sg-0a1b2c3d`, 'limits which clients may connect'],
  ['a wrong source range', 'service.beta.kubernetes.io/load-balancer-source-ranges: 10.0.0.0/99', 'Allowed: IP ranges'],
  ['a wrong value', `${AWS}scheme: private`, 'Allowed: `internet-facing` or `internal`'],
  ['a key with a typo', `${AWS}nlb-target-typ: ip`, 'Did you mean'],
])('%s leaves the Service out, with the reason', async (_title, annotation, because) => {
  const [key = '', value = ''] = annotation.split(': ')
  const { out, err, exitCode } = await translate(
    `${WEB}---\n${WEB.replace('name: web', 'name: other').replace('    team: shop # us', `    ${annotation}`)}`,
    '--to',
    'azure',
  )
  expect(exitCode).toBe(1)
  expect(err).toContain(`shop/other: not translated, and left out: ${key}`)
  expect(err).toContain(value)
  expect(err).toContain(because)
  const services = parseAllDocuments(out).map((document) => (document.toJS() as { metadata: { name: string } } | null)?.metadata.name)
  expect(services.filter((name) => name !== undefined)).toEqual(['web'])
  expect(out).toContain('# shop/other is left out: ')
})

test('a list is translated item by item, and JSON is answered by JSON', async () => {
  const service = (name: string, annotations: object, spec: object = {}) => ({
    kind: 'Service',
    apiVersion: 'v1',
    metadata: { name, annotations },
    spec: { type: 'LoadBalancer', ports: [{ port: 80 }], ...spec },
  })
  const items = [
    service('lan', { 'metallb.universe.tf/address-pool': 'lan', 'metallb.universe.tf/ip-allocated-from-pool': 'lan' }, { loadBalancerIP: '192.0.2.7' }),
    service('wrong', { 'metallb.io/loadBalancerIPs': 'x' }),
    service('plain', { 'metallb.io/address-pool': 'x' }, { type: 'ClusterIP' }),
  ]
  const { out, err, exitCode } = await translate(JSON.stringify({ kind: 'List', apiVersion: 'v1', items }))
  expect({ exitCode, err }).toEqual({ exitCode: 1, err: expect.stringMatching(/^default\/wrong: .*metallb\.io\/loadBalancerIPs: "x" .*Allowed: IP addresses/) })
  expect(JSON.parse(out)).toEqual({
    kind: 'List',
    apiVersion: 'v1',
    items: [
      service('lan', { 'fairlead.dev/address-pool': 'lan', 'fairlead.dev/addresses': '192.0.2.7' }, { loadBalancerClass: 'fairlead.dev/local' }),
      items[2],
    ],
  })
})

test('the class decides where it says more than annotations, and may stay', async () => {
  const gke = (loadBalancerClass: string): string =>
    `kind: Service\nmetadata: {name: web, annotations: {networking.gke.io/load-balancer-type: External}}\nspec: {type: LoadBalancer, loadBalancerClass: ${loadBalancerClass}, ports: [{port: 80}]}\n`
  expect((await translate(gke('networking.gke.io/l4-regional-internal'))).out).toContain('fairlead.dev/scheme: internal')
  expect((await translate(gke('fairlead.dev/gcp'))).out).toContain('fairlead.dev/scheme: internet-facing')
  const { out } = await translate(WEB, '--keep-class')
  expect(out).toContain('loadBalancerClass: service.k8s.aws/nlb')
  const others = await translate(WEB, '--from', 'cloud-provider-azure')
  expect(others).toMatchObject({ exitCode: 0, out: WEB, err: expect.stringContaining('left as it is: its class service.k8s.aws/nlb') })
})

test('where it is not clear what a Service was written for, the command asks', async () => {
  const both = WEB.replace(/.*loadBalancerClass.*\n/, '').replace('team: shop # us', 'metallb.io/address-pool: lan')
  expect(await translate(both)).toMatchObject({ exitCode: 1, err: expect.stringMatching(/annotations for local and aws\. Name it with --from\./) })
  expect(await translate(both, '--from', 'metallb', '--to', 'aws')).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining('is there already, and the provider aws reads it'),
  })
  const plain = 'kind: Service\nmetadata: {name: web}\nspec: {type: LoadBalancer, ports: [{port: 80}]}\n'
  expect(await translate(plain)).toMatchObject({ exitCode: 0, out: plain, err: expect.stringContaining('--from names it') })
  expect((await translate(plain, '--from', 'aws-load-balancer-controller')).out).toContain('fairlead.dev/scheme: internal')
  expect((await translate(plain, '--from', 'cloud-provider-aws')).out).toContain('fairlead.dev/scheme: internet-facing')
})

test('an alias and merged keys become annotations of the Service alone', async () => {
  const shared = `kind: List
items:
- kind: Service
  metadata: &meta {name: a, annotations: &all {${AWS}scheme: internal}}
  spec: {type: ClusterIP}
- kind: Service
  metadata: {name: b, annotations: *all}
  spec: {type: LoadBalancer, ports: [{port: 80}]}
- kind: Service
  metadata: {name: c, annotations: {<<: *all, team: shop}}
  spec: {type: LoadBalancer, ports: [{port: 80}]}
`
  const { out } = await translate(shared)
  const { items } = parse(out) as { readonly items: readonly { readonly metadata: { readonly annotations: object } }[] }
  expect(items.map(({ metadata }) => metadata.annotations)).toEqual([
    { [`${AWS}scheme`]: 'internal' },
    { 'fairlead.dev/scheme': 'internal' },
    { team: 'shop', 'fairlead.dev/scheme': 'internal' },
  ])
})

test('as a report, and as a diff that patch takes', async () => {
  const { services } = JSON.parse((await translate(WEB, '-o', 'json')).out) as { readonly services: readonly object[] }
  expect(services).toEqual([
    {
      service: 'shop/web',
      from: 'aws',
      result: 'translated',
      set: {
        'fairlead.dev/targets': 'pods',
        'fairlead.dev/cross-zone': 'true',
        'fairlead.dev/scheme': 'internal',
        [`${AWS}attributes`]: 'zonal_shift.config.enabled=true',
      },
      removed: [`${AWS}type`, `${AWS}nlb-target-type`],
      loadBalancerClass: 'fairlead.dev/aws',
      noCounterpart: [],
      notes: [],
    },
  ])
  const { out } = await translate(WEB, '-o', 'diff')
  expect(out).toContain('-  loadBalancerClass: service.k8s.aws/nlb\n+  loadBalancerClass: fairlead.dev/aws\n')
  expect(out).not.toMatch(/^[-+] .*(for all|selector|kind)/m)
})

test('a text of a tenant does nothing on a terminal', async () => {
  const { out } = await translate(WEB.replace('shop # us', String.raw`"a\u001B[31mb\u202Ec" # us`))
  expect(out).toContain(String.raw`team: "a\u001B[31mb\u202Ec"`)
  expect(escapedLines(out)).toBe(out)
})

test('a diff has hunks with three lines around each change', () => {
  const lines = Array.from({ length: 20 }, (_, i) => `line ${i + 1}`)
  const changed = lines.flatMap((line, i) => (i === 3 ? ['new', line] : i === 16 ? [] : [line]))
  expect(unifiedDiff('f', `${lines.join('\n')}\n`, `${changed.join('\n')}\n`)).toBe(
    '--- a/f\n+++ b/f\n@@ -1,6 +1,7 @@\n line 1\n line 2\n line 3\n+new\n line 4\n line 5\n line 6\n@@ -14,7 +15,6 @@\n line 14\n line 15\n line 16\n-line 17\n line 18\n line 19\n line 20\n',
  )
  expect(unifiedDiff('f', 'a\n', 'a\n')).toBe('')
  expect(unifiedDiff('f', '', 'a\n')).toBe('--- a/f\n+++ b/f\n@@ -0,0 +1,1 @@\n+a\n')
})

test('a line that is not translated stays as it is written, however that is', async () => {
  const odd = `apiVersion:   "v1"
kind: Service   # of ours
metadata:
    name:    'odd'
    labels: {a:   b,c: "d"}
    annotations:
        ${AWS}scheme:   "internal"     # not public
        other:      'kept'
spec:
    type: LoadBalancer
    loadBalancerClass:    service.k8s.aws/nlb
    ports:
      -   port:     80
      -   {port: 443,   name: tls}


    selector:   { app:   odd }
`
  const expected = odd
    .replace(`        ${AWS}scheme:   "internal"     # not public`, '        fairlead.dev/scheme: internal')
    .replace('loadBalancerClass:    service.k8s.aws/nlb', 'loadBalancerClass: fairlead.dev/aws')
  const { out } = await translate(`---\n${odd}`)
  expect(out).toBe(`---\n${expected}`)
})

test('a Service of which nothing shows the controller stays as it is, its address too', async () => {
  const unknown =
    'apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec:\n  type: LoadBalancer\n  loadBalancerIP:   192.0.2.7\n  ports: [{ port: 80 }]\n'
  const { out, err, exitCode } = await translate(unknown)
  expect({ out, err, exitCode }).toEqual({
    out: unknown,
    err: 'default/web: left as it is: nothing on the Service shows which controller it was written for; --from names it\n',
    exitCode: 0,
  })
})
