/** What probes say of members. Nothing runs in the background: each question is answered from what changed when. */
import { judge } from '../../cloud/verdict.ts'
import { keyOf } from '../schema/ids.ts'
import { idAt, numberAt, textAt } from '../schema/json.ts'
import { type Element, propertiesOf } from '../store/document.ts'
import type { Subscription } from '../store/subscription.ts'
import { forwardingOf } from '../types/load-balancers/parts.ts'
import { PROBES_FROM, stoppedBy } from './firewall.ts'
import { type Member, membersIn } from './members.ts'

/** kube-proxy's own health port, which every machine answers unless something else is said. */
const KUBE_PROXY = 10_256

export interface MemberHealth extends Member {
  readonly isHealthy: boolean
}

/** Of all members behind a rule. */
export function memberHealth(subscription: Subscription, ruleId: string): readonly MemberHealth[] {
  const rule = subscription.documents.element(ruleId)
  if (rule === undefined) return []
  const { pools } = forwardingOf({ name: '', properties: propertiesOf(rule) })
  const probe = subscription.documents.element(idAt(propertiesOf(rule), 'probe') ?? '')
  return pools.flatMap((pool) => membersIn(subscription, pool).map((member) => ({ ...member, isHealthy: isHealthy(subscription, { pool, probe, member }) })))
}

interface Case {
  readonly pool: string
  /** Undefined: there is none, and every member is healthy. */
  readonly probe: Element | undefined
  readonly member: Member
}

function isHealthy(subscription: Subscription, { pool, probe, member }: Case): boolean {
  if (member.isForced !== undefined) return member.isForced === 'up'
  if (probe === undefined) return true
  const { verdicts, touchedAt, clock, delays } = subscription
  const now = clock.now()
  const answers = answersProbe(subscription, probe, member)
  if (now < joinedAt(subscription, pool, member) + delays.registration) return false
  const key = `${keyOf(probe.id)} ${member.address}`
  const verdict = judge(verdicts.get(key), { answers, now, touchedAt, confirmationMs: confirmation(subscription, probe) })
  verdicts.set(key, verdict)
  return verdict.isHealthy
}

/** When it was first seen there; what was not asked for before has been there since something last changed. */
function joinedAt({ joined, touchedAt }: Subscription, pool: string, { address }: Member): number {
  const key = `${keyOf(pool)} ${address}`
  const at = joined.get(key) ?? touchedAt
  joined.set(key, at)
  return at
}

function confirmation({ delays }: Subscription, probe: Element): number {
  const properties = propertiesOf(probe)
  return delays.healthChange ?? (numberAt(properties, 'intervalInSeconds') ?? 15) * 1000 * (numberAt(properties, 'probeThreshold') ?? 1)
}

/** Through the firewall. Of HTTP answers only 200 counts, which a machine gives that is healthy; a TCP probe is content with an open port. */
export function answersProbe(subscription: Subscription, probe: Element, member: Member): boolean {
  const properties = propertiesOf(probe)
  const port = numberAt(properties, 'port') ?? 0
  if (stoppedBy(subscription, member, { from: PROBES_FROM, to: member.address, port, protocol: 'TCP' }) !== undefined) return false
  const instance = { id: '', privateIp: member.address }
  const said = subscription.machines.health(instance, port)
  if (said !== undefined) return said || textAt(properties, 'protocol') === 'Tcp'
  if (port === KUBE_PROXY) return member.ipConfiguration !== undefined
  return subscription.machines.nodePort(instance, port, 'TCP') !== undefined || subscription.machines.podAt(member.address, port) !== undefined
}
