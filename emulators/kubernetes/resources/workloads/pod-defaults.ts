/** What the API server fills into the spec of a Pod, also where it is the template of a Deployment. */
import { ensure, listAt, numberAt, textAt, type Fields } from '../rules/draft.ts'

/** Fills the defaults of a pod spec. */
export function defaultPodSpec(spec: Fields): void {
  const isHostNetwork = spec['hostNetwork'] === true
  for (const key of ['containers', 'initContainers']) listAt(spec, key).forEach((container) => defaultContainer(container, isHostNetwork))
  fill(spec, { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, dnsPolicy: 'ClusterFirst', schedulerName: 'default-scheduler' })
  ensure(spec, 'securityContext')
  // A volume that does not say what it is made of.
  for (const volume of listAt(spec, 'volumes'))
    if (Object.keys(volume).every((key) => key === 'name' || volume[key] === undefined || volume[key] === null)) volume['emptyDir'] = {}
  // Two names of one thing.
  if (textAt(spec, 'serviceAccountName') !== '') spec['serviceAccount'] = spec['serviceAccountName']
  else if (textAt(spec, 'serviceAccount') !== '') spec['serviceAccountName'] = spec['serviceAccount']
}

function defaultContainer(container: Fields, isHostNetwork: boolean): void {
  const image = textAt(container, 'image')
  const tag = image
    .slice(image.lastIndexOf('/') + 1)
    .split('@')[0]
    ?.split(':')[1]
  const isFixed = image.includes('@') || (tag !== undefined && tag !== 'latest')
  fill(container, {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: isFixed ? 'IfNotPresent' : 'Always',
  })
  const resources = ensure(container, 'resources')
  if (resources['limits'] !== undefined) resources['requests'] = { ...(resources['limits'] as Fields), ...(resources['requests'] as Fields | undefined) }
  for (const port of listAt(container, 'ports')) {
    fill(port, { protocol: 'TCP' })
    if (isHostNetwork && numberAt(port, 'hostPort') === 0) port['hostPort'] = port['containerPort']
  }
  for (const variable of listAt(container, 'env')) {
    const source = variable['valueFrom'] as Fields | undefined
    const field = source?.['fieldRef'] as Fields | undefined
    if (field !== undefined) fill(field, { apiVersion: 'v1' })
  }
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const found = container[probe]
    if (found !== undefined && found !== null) defaultProbe(found as Fields)
  }
}

function defaultProbe(probe: Fields): void {
  fill(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 })
  const http = probe['httpGet'] as Fields | undefined
  if (http !== undefined) fill(http, { path: '/', scheme: 'HTTP' })
}

/** Sets what is missing or empty. */
export function fill(of: Fields, values: Fields): void {
  for (const [key, value] of Object.entries(values)) if (of[key] === undefined || of[key] === null || of[key] === '') of[key] = value
}
