/** All that is shown of one Service, as data: how it is and what comes next, its picture, and its story. Pure but for what it is handed. */
import type { ActivityEntry } from '../controller/activity.ts'
import type { ServiceLook, StackLook } from '../controller/look.ts'
import type { OwnerResult } from '../controller/services/report.ts'
import type { Condition, Service } from '../model/cluster.ts'
import type { Backends } from '../model/load-balancer.ts'
import { problemText } from '../model/problem.ts'
import { excerpt } from '../model/text.ts'
import type { ServiceRow } from '../overview/service-row.ts'
import { type Picture, pictureOf } from './picture.ts'
import type { Health } from './targets.ts'

export interface ServicePage {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly provider: string
  readonly className: string
  readonly createdAt: string
  readonly state: ServiceRow['state']
  readonly level: ServiceRow['level']
  readonly reason: string
  readonly since: string
  /** The whole message of the condition. */
  readonly message: string
  /** When the next turn is due: what waits is checked then. Null: when something changes. */
  readonly nextAt: string | null
  readonly conditions: readonly Pick<Condition, 'type' | 'status' | 'reason' | 'message' | 'lastTransitionTime'>[]
  readonly problems: readonly string[]
  readonly notes: readonly string[]
  readonly stacks: readonly StackOfPage[]
  readonly picture: Picture
  readonly health: { readonly kind: Health['kind']; readonly at: string | null; readonly because: string }
  readonly story: readonly ActivityEntry[]
}

export interface StackOfPage {
  readonly provider: string
  readonly stack: string
  readonly isHome: boolean
  /** What the last turn found. */
  readonly result: string
}

export interface PageFacts {
  readonly service: Service
  readonly row: ServiceRow
  readonly looks: readonly ServiceLook[]
  readonly health: Health
  readonly story: readonly ActivityEntry[]
  /** The time of day in milliseconds. */
  readonly now: number
}

const LONGEST_MESSAGE = 4_096
const MOST_LINES = 20
const MOST_STACKS = 10
const LONGEST_LINE = 600

export function servicePageOf({ service, row, looks, health, story, now }: PageFacts): ServicePage {
  const look = askedLook(looks)
  const request = look?.request
  const stacks = looks.flatMap(({ provider, stacks: all }) => all.map((stack) => ({ provider, stack })))
  const nextMs = Math.min(...stacks.flatMap(({ stack }) => stack.nextTurnMs ?? []))
  const targets = health.kind === 'known' ? health.targets : undefined
  const parts = [...new Set(stacks.flatMap(({ stack }) => stack.parts))]
  const notes = [...(request === undefined || request.kind === 'not ours' ? [] : request.notes), ...stacks.flatMap(({ stack }) => stack.report?.notes ?? [])]
  return {
    ...headOf(service, row),
    nextAt: Number.isFinite(nextMs) ? new Date(now + nextMs).toISOString() : null,
    conditions: conditionsOf(service),
    problems: request?.kind === 'malformed' ? lines(request.problems.map(problemText)) : [],
    notes: lines(notes),
    stacks: stacks.slice(0, MOST_STACKS).map(({ provider, stack }) => ({
      provider,
      stack: excerpt(stack.stack.replaceAll(row.uid, `${row.namespace}/${row.name}`)),
      isHome: stack.isHome,
      result: resultText(stack),
    })),
    picture: pictureOf({ addresses: row.addresses, ports: row.ports, refusedPorts: row.refusedPorts, backends: backendsIn(look), targets, parts }),
    health: {
      kind: health.kind,
      at: 'at' in health ? new Date(health.at).toISOString() : null,
      because: 'because' in health ? excerpt(health.because, 300) : '',
    },
    story,
  }
}

/** The provider that it asks for; else one that still holds something. */
export function askedLook(looks: readonly ServiceLook[]): ServiceLook | undefined {
  return looks.find(({ request }) => request.kind !== 'not ours') ?? looks[0]
}

function headOf({ metadata }: Service, row: ServiceRow) {
  const { namespace, name, uid, provider = '', state, level, reason = '', since = '', detail, message } = row
  const texts = { className: excerpt(row.class ?? ''), message: excerpt(detail === '' ? message : detail, LONGEST_MESSAGE), reason: excerpt(reason, 64) }
  return { namespace, name, uid, provider, state, level, since, createdAt: metadata.creationTimestamp ?? '', ...texts }
}

function conditionsOf({ status }: Service): ServicePage['conditions'] {
  const own = (status.conditions ?? []).filter(({ type }) => type.startsWith('fairlead.dev/') || type === 'LoadBalancerPortsError')
  return own.slice(0, MOST_LINES).map(({ type, status: is, reason, message, lastTransitionTime }) => ({
    type,
    status: is,
    reason: excerpt(reason, 64),
    message: excerpt(message, LONGEST_MESSAGE),
    lastTransitionTime,
  }))
}

function backendsIn(look: ServiceLook | undefined): Backends | undefined {
  const request = look?.request
  return request?.kind === 'wanted' ? request.desired.backends : request?.kind === 'malformed' ? request.backends : undefined
}

function lines(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].slice(0, MOST_LINES).map((text) => excerpt(text, LONGEST_LINE))
}

function resultText({ report }: StackLook): string {
  if (report === undefined) return 'no turn yet'
  return excerpt(`${report.because === undefined ? '' : `${report.because}; `}${textOf(report.result)}`, LONGEST_LINE)
}

function textOf(result: OwnerResult): string {
  switch (result.kind) {
    case 'served':
      return 'served'
    case 'refused':
      return `refused: ${problemText(result.problem)}`
    case 'waiting':
      return `waiting: ${result.because}`
    case 'held':
      return `held back: ${result.steps.slice(0, MOST_LINES).join('; ')}`
    case 'stopped':
      return `stopped: ${result.message}`
    case 'open':
      return 'not decided yet'
    default:
      return result satisfies never
  }
}
