/** How nodes are asked whether they are well: as Azure's probes. Pure. */
import type { Backends, HealthCheck, Listener } from '../../../../src/model/load-balancer.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import type { Probe } from '../../api/documents.ts'
import { FIELDS } from '../../fields.ts'
import { probeName, SHARED_PROBE } from '../../names.ts'

export interface NamedProbe {
  readonly name: string
  readonly properties: Required<Pick<Probe, 'protocol' | 'port' | 'intervalInSeconds' | 'probeThreshold'>> & { readonly requestPath: string | undefined }
}

/** `none`: every node counts as well. */
export type ProbeFor =
  | { readonly kind: 'none' }
  | { readonly kind: 'probe'; readonly probe: NamedProbe }
  | { readonly kind: 'problem'; readonly problem: Problem }

/** Seconds, and answers in a row; what is asked by default is asked as often as cloud-provider-azure asks. */
const [INTERVAL, THRESHOLD] = [5, 2]
/** A node is judged within this time, in seconds. Source: kubernetes-sigs/cloud-provider-azure pkg/provider/azure_loadbalancer_healthprobe.go. */
const LONGEST = 120

/** The probe of one listener of a Service. One that asks kube-proxy, with no settings of its own, is shared by all Services. */
export function probeFor(uid: string, listener: Listener, backends: Backends): ProbeFor {
  const { healthCheck: check } = listener
  if (check.protocol === 'none') return { kind: 'none' }
  const port = check.port === 'traffic' ? backends.ports[listener.key]?.nodePort : check.port
  const problem = port === undefined ? withoutNodePort(listener) : checkProblem(listener, check)
  if (problem !== undefined || port === undefined) return { kind: 'problem', problem: problem ?? withoutNodePort(listener) }
  const properties = propertiesOf(check, port)
  const isShared = check.from === 'kube-proxy' && properties.intervalInSeconds === INTERVAL && properties.probeThreshold === THRESHOLD
  return { kind: 'probe', probe: { name: isShared ? SHARED_PROBE : probeName(uid, properties), properties } }
}

const PROTOCOLS = { tcp: 'Tcp', http: 'Http', https: 'Https' } as const

function propertiesOf(check: HealthCheck, port: number): NamedProbe['properties'] {
  const protocol = PROTOCOLS[check.protocol === 'none' ? 'tcp' : check.protocol]
  return {
    protocol,
    port,
    intervalInSeconds: check.intervalSeconds ?? INTERVAL,
    probeThreshold: check.unhealthyThreshold ?? check.healthyThreshold ?? THRESHOLD,
    requestPath: protocol === 'Tcp' ? undefined : (check.path ?? '/'),
  }
}

function checkProblem(listener: Listener, check: HealthCheck): Problem | undefined {
  const { intervalSeconds = INTERVAL, timeoutSeconds, healthyThreshold, unhealthyThreshold, successCodes } = check
  const threshold = unhealthyThreshold ?? healthyThreshold ?? THRESHOLD
  const of = (field: string, value: string | number, wrong: string, allowed: string): Problem => {
    return { reason: 'Invalid', field, value: String(value), listener: listener.key, wrong, allowed }
  }
  if (timeoutSeconds !== undefined)
    return of(FIELDS.healthCheckTimeout, `${timeoutSeconds}s`, 'cannot be set at Azure, which waits as long as the interval is', 'no value')
  if (successCodes !== undefined && successCodes !== '200') return of(FIELDS.successCodes, successCodes, 'is not what Azure takes for a good answer', '200')
  if (!Number.isInteger(intervalSeconds) || intervalSeconds < INTERVAL)
    return of(FIELDS.healthCheckInterval, `${intervalSeconds}s`, 'is not an interval of Azure', `whole seconds from ${INTERVAL}s`)
  if (healthyThreshold !== undefined && unhealthyThreshold !== undefined && healthyThreshold !== unhealthyThreshold)
    return of(FIELDS.healthyThreshold, healthyThreshold, 'differs from the other threshold, and Azure has one for both', `${unhealthyThreshold}, or no value`)
  if (intervalSeconds * threshold >= LONGEST)
    return of(FIELDS.healthCheckInterval, `${intervalSeconds}s`, `times the threshold of ${threshold} is too long`, `less than ${LONGEST}s in all`)
  return undefined
}

function withoutNodePort({ key }: Listener): Problem {
  return {
    reason: 'Invalid',
    field: FIELDS.healthCheckPort,
    value: 'traffic',
    listener: key,
    wrong: `has no port on the nodes, because ${key} has no node port`,
    remedy: `Set a port number in ${FIELDS.healthCheckPort}, or let node ports be allocated (${FIELDS.nodePorts}: true).`,
  }
}
