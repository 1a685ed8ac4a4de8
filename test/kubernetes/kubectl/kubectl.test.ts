/** What people type: the real kubectl against the emulator. */
import { describe, expect, test } from 'vitest'
import { type Kubectl, noKubectl, startKubectl } from './kubectl.ts'
import { setUpForTests } from '../../set-up.ts'

const reason = noKubectl()
if (reason !== undefined) console.warn(`the tests with kubectl are skipped: ${reason}`)

const manifest = (name: string, spec: string, annotations = ''): string => `
apiVersion: v1
kind: Service
metadata:
  name: ${name}
  annotations: {${annotations}}
spec:
${spec}`

const TWO_PORTS = `  type: LoadBalancer
  selector: {app: web}
  ports:
  - {name: http, port: 80}
  - {name: https, port: 443, targetPort: 8443}`

describe.skipIf(reason !== undefined)('kubectl', () => {
  let kubectl: Kubectl
  setUpForTests(
    async () => {
      kubectl = await startKubectl()
    },
    () => kubectl[Symbol.asyncDispose](),
  )

  test('get prints the columns of a Service, wide ones too', async () => {
    await kubectl.must('apply -f -', manifest('shown', TWO_PORTS))
    const [head, row] = (await kubectl.must('get service shown')).split('\n')
    expect(head?.split(/\s+/)).toEqual(['NAME', 'TYPE', 'CLUSTER-IP', 'EXTERNAL-IP', 'PORT(S)', 'AGE'])
    expect(row).toMatch(/^shown +LoadBalancer +10\.96\.\d+\.\d+ +<pending> +80:3\d{4}\/TCP,443:3\d{4}\/TCP +\d+s$/)
    expect(await kubectl.must('get service shown -o wide')).toContain('SELECTOR\n')
    expect(await kubectl.must('get service shown -o name')).toBe('service/shown\n')
    expect(await kubectl.must('get services -A --field-selector spec.type=LoadBalancer --no-headers')).toContain('shown')
  })

  test('what is not there is reported as by the real server', async () => {
    const { code, err } = await kubectl.run(['get', 'service', 'nope'])
    expect([code, err]).toEqual([1, 'Error from server (NotFound): services "nope" not found\n'])
    expect((await kubectl.run(['get', 'nonsense'])).err).toBe('error: the server doesn\'t have a resource type "nonsense"\n')
  })

  test('client-side apply creates, leaves alone, merges and takes away', async () => {
    expect(await kubectl.must('apply -f -', manifest('applied', TWO_PORTS))).toBe('service/applied created\n')
    expect(await kubectl.must('apply -f -', manifest('applied', TWO_PORTS))).toBe('service/applied unchanged\n')
    const ports = async (): Promise<string> => kubectl.must('get service applied -o jsonpath={.spec.ports[*].port}')
    const before = await kubectl.must('get service applied -o jsonpath={.spec.ports[0].nodePort}')
    expect(await kubectl.must('apply -f -', manifest('applied', TWO_PORTS.replace(/\n.*443.*/, '')))).toBe('service/applied configured\n')
    expect(await ports()).toBe('80')
    await kubectl.must('apply -f -', manifest('applied', TWO_PORTS))
    expect(await ports()).toBe('80 443')
    expect(await kubectl.must('get service applied -o jsonpath={.spec.ports[0].nodePort}')).toBe(before)
    expect(await kubectl.must('diff -f -', manifest('applied', TWO_PORTS))).toBe('')
  })

  test('server-side apply creates, keeps fields of others, and tells of conflicts', async () => {
    const text = manifest('served', TWO_PORTS)
    expect(await kubectl.must('apply --server-side -f -', text)).toBe('service/served serverside-applied\n')
    await kubectl.must('apply --server-side --field-manager other -f -', text)
    const changed = text.replace('8443', '9443')
    const conflict = await kubectl.run(['apply', '--server-side', '-f', '-'], { input: changed })
    expect([conflict.code, conflict.err]).toEqual([1, expect.stringContaining('conflict with "other": .spec.ports[port=443,protocol="TCP"].targetPort')])
    await kubectl.must('apply --server-side --force-conflicts -f -', changed)
    expect(await kubectl.must('get service served -o jsonpath={.spec.ports[1].targetPort}')).toBe('9443')
    await kubectl.must('apply -f -', text)
    await kubectl.must('apply --server-side --force-conflicts -f -', text)
  })

  test('a wrong field and a wrong value are refused with the reason', async () => {
    const field = await kubectl.run(['apply', '-f', '-'], { input: manifest('wrong', '  portz: []') })
    expect([field.code, field.err]).toEqual([1, expect.stringContaining('unknown field "spec.portz"')])
    const value = await kubectl.run(['apply', '-f', '-'], { input: manifest('wrong', '  type: Nonsense\n  ports: [{port: 80}]') })
    expect(value.err).toContain('spec.type: Unsupported value: "Nonsense": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"')
  })

  test('edit, patch, label and annotate change what they say', async () => {
    await kubectl.must('apply -f -', manifest('edited', TWO_PORTS))
    const editor = await kubectl.file('edit.sh', '#!/bin/sh\nsed -i "s/port: 443/port: 8443/" "$1"\n', 0o700)
    const edited = await kubectl.run(['edit', 'service', 'edited'], { env: { KUBE_EDITOR: editor } })
    expect(edited).toMatchObject({ code: 0, out: 'service/edited edited\n' })
    await kubectl.run(['patch', 'service', 'edited', '-p', '{"spec":{"ports":[{"port":80,"targetPort":8080}]}}'])
    await kubectl.run(['patch', 'service', 'edited', '--type', 'json', '-p', '[{"op":"add","path":"/spec/sessionAffinity","value":"ClientIP"}]'])
    await kubectl.run([
      'patch',
      'service',
      'edited',
      '--type',
      'merge',
      '--subresource',
      'status',
      '-p',
      '{"status":{"loadBalancer":{"ingress":[{"ip":"203.0.113.7"}]}}}',
    ])
    await kubectl.must('label service edited tier=front')
    await kubectl.must('annotate service edited example.com/note=yes')
    const service = JSON.parse(await kubectl.must('get service edited -o json'))
    expect(service.spec.ports.map((port: { port: number; targetPort: number }) => [port.port, port.targetPort])).toEqual([
      [80, 8080],
      [8443, 8443],
    ])
    expect([service.spec.sessionAffinity, service.metadata.labels, service.metadata.annotations['example.com/note']]).toEqual([
      'ClientIP',
      { tier: 'front' },
      'yes',
    ])
    expect(await kubectl.must('get service edited')).toContain('203.0.113.7')
    await kubectl.must('label service edited tier-')
    expect(await kubectl.must('get services -l tier -o name')).toBe('')
  })

  test('describe tells of ports, endpoints and events', async () => {
    await kubectl.must('apply -f -', manifest('told', TWO_PORTS))
    const service = kubectl.server.cluster.get('services', 'default', 'told')
    kubectl.server.cluster.create('events', {
      metadata: { name: 'told.1', namespace: 'default' },
      involvedObject: { kind: 'Service', namespace: 'default', name: 'told', uid: service?.metadata.uid, apiVersion: 'v1' },
      type: 'Warning',
      reason: 'Refused',
      message: 'the pool is empty',
      source: { component: 'fairlead' },
      count: 1,
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
    })
    const text = await kubectl.must('describe service told')
    expect(text).toMatch(/Type: +LoadBalancer\n/)
    expect(text).toMatch(/Port: +https +443\/TCP\nTargetPort: +8443\/TCP\nNodePort: +https +3\d{4}\/TCP\n/)
    expect(text).toMatch(/Warning +Refused +.* +fairlead +the pool is empty\n/)
  })

  test('wait for a condition, a value and a deletion', async () => {
    await kubectl.must('apply -f -', manifest('awaited', TWO_PORTS))
    const at = { namespace: 'default', name: 'awaited' }
    const ready = kubectl.must('wait service/awaited --for=condition=fairlead.dev/Ready --timeout=100s')
    const address = kubectl.must('wait service/awaited --for=jsonpath={.status.loadBalancer.ingress[0].ip}=203.0.113.8 --timeout=100s')
    kubectl.server.cluster.patchStatus('services', at, {
      metadata: { finalizers: ['fairlead.dev/load-balancer-local'] },
      status: {
        loadBalancer: { ingress: [{ ip: '203.0.113.8' }] },
        conditions: [{ type: 'fairlead.dev/Ready', status: 'True', reason: 'Ready', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }],
      },
    })
    expect(await Promise.all([ready, address])).toEqual(['service/awaited condition met\n', 'service/awaited condition met\n'])
    await kubectl.must('delete service awaited --wait=false')
    const gone = kubectl.must('wait service/awaited --for=delete --timeout=100s')
    kubectl.server.cluster.patchStatus('services', at, { metadata: { finalizers: null } })
    await gone
    expect((await kubectl.run(['get', 'service', 'awaited'])).code).toBe(1)
  })

  test('get -w prints each change', async () => {
    const lines = kubectl.follow('get services --watch-only --no-headers -l app=watched')
    const { cluster } = kubectl.server
    const isWatched = (): boolean => kubectl.server.journal.entries.some(({ verb, path }) => verb === 'watch' && path.includes('watched'))
    const first = lines.next()
    await expect.poll(isWatched).toBe(true)
    const metadata = { name: 'watched', namespace: 'default', labels: { app: 'watched' } }
    cluster.create('services', { metadata, spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } })
    cluster.patchStatus('services', metadata, { status: { loadBalancer: { ingress: [{ ip: '203.0.113.9' }] } } })
    expect([(await first).value, (await lines.next()).value]).toEqual([expect.stringContaining('<pending>'), expect.stringContaining('203.0.113.9')])
    await lines.return(undefined)
  })

  test('create deployment, expose, scale and delete', async () => {
    expect(await kubectl.must('create deployment web --image=web --replicas=2')).toBe('deployment.apps/web created\n')
    expect(await kubectl.must('expose deployment web --port=80 --type=LoadBalancer')).toBe('service/web exposed\n')
    const pods = async (): Promise<number> => (await kubectl.must('get pods -l app=web -o name')).split('\n').filter((line) => line !== '').length
    await expect.poll(pods).toBe(2)
    await kubectl.must('scale deployment web --replicas=3')
    await expect.poll(pods).toBe(3)
    expect(await kubectl.must('get all')).toContain('replicaset.apps/web-')
    expect(await kubectl.must('delete deployment web')).toBe('deployment.apps "web" deleted\n')
    await expect.poll(pods).toBe(0)
    expect(await kubectl.must('delete service --all')).toContain('service "web" deleted')
  })

  test('kinds that are sent as protobuf arrive whole', async () => {
    await kubectl.must('create configmap settings --from-literal=a=b --from-literal=c=d')
    await kubectl.must('create secret generic keys --from-literal=a=b')
    await kubectl.must('create namespace team')
    await kubectl.must('create service loadbalancer lb --tcp=80:8080 --tcp=443:8443')
    await kubectl.must('create serviceaccount robot')
    expect(JSON.parse(await kubectl.must('get configmap settings -o jsonpath={.data}'))).toEqual({ a: 'b', c: 'd' })
    expect(await kubectl.must('get secret keys -o jsonpath={.data.a}')).toBe('Yg==')
    expect(await kubectl.must('get service lb -o jsonpath={.spec.ports[*].targetPort}')).toBe('8080 8443')
  })

  // `auth whoami` is left out: kubectl 1.27 asks for a version of the API that servers have no longer.
  test('explain, api-resources, api-versions, auth and version', async () => {
    expect(await kubectl.must('explain service.spec.ports.targetPort')).toContain('FIELD: targetPort <IntOrString>')
    expect(await kubectl.must('explain deployment.spec.template.spec.containers --recursive')).toContain('livenessProbe\t<Probe>')
    const kinds = await kubectl.must('api-resources --no-headers')
    expect(kinds).toMatch(/^services +svc +v1 +true +Service$/m)
    expect(kinds).toMatch(/^endpointslices +discovery\.k8s\.io\/v1 +true +EndpointSlice$/m)
    expect(await kubectl.must('api-versions')).toContain('apps/v1\n')
    expect(await kubectl.must('auth can-i create services')).toBe('yes\n')
    expect(await kubectl.must('version')).toMatch(/Server Version: .*v1\.32\./)
    expect(await kubectl.must('cluster-info')).toContain(kubectl.server.url)
  })

  test('replace, create with a generated name, and a dry run', async () => {
    const made = await kubectl.must('create -f - -o name', manifest('x', TWO_PORTS).replace('name: x', 'generateName: made-'))
    expect(made).toMatch(/^service\/made-[a-z0-9]{5}\n$/)
    const text = await kubectl.must(`get ${made.trim()} -o yaml`)
    expect(await kubectl.must('replace -f -', text.replace('sessionAffinity: None', 'sessionAffinity: ClientIP'))).toContain('replaced')
    expect(await kubectl.must('apply --dry-run=server -f -', manifest('dry', TWO_PORTS))).toBe('service/dry created (server dry run)\n')
    expect((await kubectl.run(['get', 'service', 'dry'])).code).toBe(1)
  })

  test('a namespace goes with all it holds', async () => {
    await kubectl.must('create namespace doomed')
    await kubectl.must('create configmap a -n doomed')
    expect(await kubectl.must('delete namespace doomed')).toBe('namespace "doomed" deleted\n')
    expect(await kubectl.must('get configmaps -n doomed --ignore-not-found -o name')).toBe('')
  })
})
