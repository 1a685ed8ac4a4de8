/** What `explain` says of a Service: how it stands, what to do, and the facts. */
import { describe, expect, test } from 'vitest'
import type { Explanation, ExplainedTarget, ProviderExplanation } from '../../../src/cli/explanation.ts'
import { explanationLines } from '../../../src/cli/explain-text.ts'
import { PLAIN, rendered } from '../../../src/cli/screen/render.ts'
import { verdictOf } from '../../../src/cli/verdict.ts'
import type { SeenEvent } from '../../../src/kubernetes/api.ts'
import { rowOf } from '../../../src/overview/service-row.ts'
import { clusterOf, condition, type Given, HELD, made, SERVED, SINCE, sliceOf } from '../overview/given.ts'

const PROVIDERS = { names: ['test'] }
const up = { addresses: ['10.0.0.1'], conditions: { ready: true } }
const down = { addresses: ['10.0.0.2'], conditions: { ready: false } }

function provider(more: Partial<ProviderExplanation> = {}): ProviderExplanation {
  return { provider: 'test', problems: [], notes: [], stacks: [], manages: true, listeners: [], nodes: 2, ...more }
}

function target(state: ExplainedTarget['state'], because = ''): ExplainedTarget {
  return { listener: '80/TCP', target: `10.0.0.${state.length}:8080`, state, because }
}

interface Said {
  readonly verdict: string
  readonly level: string
  readonly next: readonly string[]
}

interface Around {
  readonly providers?: readonly ProviderExplanation[]
  readonly notOurs?: string
  readonly hasPermissions?: () => boolean
}

function said(given: Given, { providers = [], notOurs, hasPermissions = () => true }: Around = {}): Said {
  const service = made(given)
  const row = rowOf(
    service,
    clusterOf([], () => sliceOf(given.endpoints ?? [])),
    PROVIDERS,
  )
  const { verdict, next } = verdictOf({ service, row, providers, hasPermissions, ...(notOurs === undefined ? {} : { notOurs }) })
  return { verdict: verdict.text, level: verdict.level, next: next.map(({ text, command }) => `${text} ${command ?? ''}`.trim()) }
}

describe('the verdict', () => {
  test('of what is served says where, by whom, and with how many backends', () => {
    expect(said({ ...SERVED, endpoints: [up] })).toEqual({
      verdict: 'shop/web is served at 192.0.2.7 by test; 1 of 1 backend is ready.',
      level: 'good',
      next: [],
    })
  })

  test('counts what the health checks found, where they are known', () => {
    const targets = [target('healthy'), target('healthy'), target('unhealthy', 'timed out'), target('draining')]
    expect(said({ ...SERVED, spec: { selector: { app: 'web' } }, endpoints: [up] }, { providers: [provider({ targets })] })).toEqual({
      verdict: 'shop/web is served at 192.0.2.7 by test; 2 of 3 targets are healthy.',
      level: 'warning',
      next: ['Check the pods behind the targets that are not healthy: kubectl get pods -n shop -l app=web -o wide'],
    })
  })

  test('of a permission that is none of a cloud account leads to the condition, and not to a command that has no answer', () => {
    const denied = conditions(condition('Ready', 'False', 'Denied', 'Port 80 may not be bound. Allowed: ports from 1024.'))
    expect(said(denied, { hasPermissions: () => false }).next).toEqual([
      'Grant what the condition fairlead.dev/Ready names, or change the Service: kubectl edit service -n shop web',
    ])
  })

  test('of targets that are new says that they are being checked, and that there is nothing to do', () => {
    const providers = [provider({ targets: [target('initial'), target('initial')] })]
    expect(said({ ...SERVED, endpoints: [up] }, { providers })).toEqual({
      verdict: 'shop/web is served at 192.0.2.7 by test; 0 of 2 targets are healthy, and 2 are still being checked.',
      level: 'good',
      next: ['Nothing; the load balancer is new to its targets and checks them. To see it again: fairlead explain shop/web'],
    })
  })

  test('takes nodes without a pod for what they are with policy Local', () => {
    const providers = [provider({ targets: [target('healthy'), target('unhealthy', 'no pod')] })]
    expect(said({ ...SERVED, spec: { externalTrafficPolicy: 'Local' }, endpoints: [up] }, { providers })).toEqual({
      verdict: 'shop/web is served at 192.0.2.7 by test; 1 of 2 targets are healthy.',
      level: 'good',
      next: [],
    })
  })

  const conditions = (...list: ReturnType<typeof condition>[]): Given => ({ metadata: HELD, status: { conditions: list } })
  const kept = (...list: ReturnType<typeof condition>[]): Given => ({ ...SERVED, status: { ...SERVED.status, conditions: list } })
  test.each<readonly [string, Given, Said]>([
    [
      'of one that no controller manages',
      {},
      {
        verdict: 'shop/web is not served: No controller serves this Service: none has taken it up yet, or it was released.',
        level: 'warning',
        next: ['Check that a controller runs with the provider test: kubectl get pods -A -l app.kubernetes.io/name=fairlead'],
      },
    ],
    [
      'of one that is refused',
      conditions(condition('Ready', 'False', 'Denied', 'The account may not. Grant it.')),
      {
        verdict: 'shop/web is not served (Denied): The account may not.',
        level: 'bad',
        next: ['Grant the missing permission. All that the provider needs: fairlead permissions test'],
      },
    ],
    [
      'of one that is refused and served as before',
      kept(condition('Ready', 'False', 'Invalid', 'spec.ports is wrong. Choose others.')),
      {
        verdict: 'shop/web is served at 192.0.2.7 by test, but not as asked (Invalid): spec.ports is wrong.',
        level: 'bad',
        next: ['Choose others. Or change the Service: kubectl edit service -n shop web'],
      },
    ],
    [
      'of one with a remedy, without what is served meanwhile and when it is tried again',
      conditions(
        condition(
          'Ready',
          'False',
          'Invalid',
          'fairlead.dev/address-names: "mine" is not a reserved address in r. Reserve it: gcloud compute addresses create mine. The existing load balancer keeps its settings; its backends are still updated. Fairlead checks again within a minute, then less often. To check now: kubectl annotate service -n shop web retry="$(date)" --overwrite',
        ),
      ),
      {
        verdict: 'shop/web is not served (Invalid): fairlead.dev/address-names: "mine" is not a reserved address in r.',
        level: 'bad',
        next: ['Reserve it: gcloud compute addresses create mine. Or change the Service: kubectl edit service -n shop web'],
      },
    ],
    [
      'of one that is being made',
      conditions(condition('Ready', 'False', 'Waiting', 'The address is being freed.')),
      {
        verdict: 'shop/web is not served yet (Waiting): The address is being freed.',
        level: 'busy',
        next: ['Nothing; Fairlead continues automatically. To see it: fairlead get shop/web --watch'],
      },
    ],
    [
      'of one without backends',
      {
        ...kept(condition('Ready', 'True', 'NoBackends'), condition('Backends', 'False', 'NoneReady', 'Its only endpoint is not ready. Check it.')),
        endpoints: [down],
      },
      {
        verdict: 'shop/web is served at 192.0.2.7 by test, but without backends: Its only endpoint is not ready.',
        level: 'warning',
        next: ['Check the pods that are not ready: kubectl get pods -n shop -o wide'],
      },
    ],
    [
      'of one whose selector matches no pod',
      kept(condition('Ready', 'True', 'NoBackends'), condition('Backends', 'False', 'NoPods', 'No pod matches the selector.')),
      {
        verdict: 'shop/web is served at 192.0.2.7 by test, but without backends: No pod matches the selector.',
        level: 'warning',
        next: ['Start pods that the selector of the Service matches, or correct it: kubectl get pods -n shop -o wide'],
      },
    ],
    [
      'of one whose target port no pod has',
      {
        ...kept(condition('Ready', 'True', 'NoBackends'), condition('Backends', 'False', 'PortNotFound', 'No endpoint has the port http.')),
        endpoints: [down],
      },
      {
        verdict: 'shop/web is served at 192.0.2.7 by test, but without backends: No endpoint has the port http.',
        level: 'warning',
        next: ['Correct the target port, as the condition fairlead.dev/Backends says: kubectl edit service -n shop web'],
      },
    ],
    [
      'of one that is being deleted',
      { ...SERVED, metadata: { ...HELD, deletionTimestamp: SINCE } },
      {
        verdict: 'shop/web is being deleted.',
        level: 'busy',
        next: ['Nothing; Fairlead continues automatically. To see it: fairlead get shop/web --watch'],
      },
    ],
  ])('%s says why, and what to do', (_, given, expected) => expect(said(given)).toEqual(expected))

  test('of one that is not ours says what would make it ours', () => {
    const { verdict } = said(
      { spec: { loadBalancerClass: 'example.com/lb' } },
      { notOurs: 'not ours: no provider here serves the class "example.com/lb"; allowed: fairlead.dev/test.' },
    )
    expect(verdict).toBe('shop/web is not served with these settings: no provider here serves the class "example.com/lb"; allowed: fairlead.dev/test.')
  })
})

describe('the text', () => {
  const event: SeenEvent = { type: 'Warning', reason: 'Invalid', message: 'It is wrong. Do this.', count: 3, lastAt: SINCE, from: 'fairlead.dev/controller' }
  const explanation: Explanation = {
    service: 'shop/web',
    isPlannedOnly: false,
    verdict: { state: 'Ready', level: 'good', text: 'shop/web is served.' },
    next: [{ text: 'Look:', command: 'kubectl get pods' }],
    addresses: ['192.0.2.7'],
    conditions: [{ type: 'fairlead.dev/Ready', status: 'True', reason: 'Ready', message: 'Served.' }],
    providers: [],
    events: [event, { ...event, count: 1, type: 'Normal', reason: 'Evil', message: 'a\u001B[2J' }],
  }
  const textOf = (targets: readonly ExplainedTarget[] | undefined, more: Partial<Explanation> = {}): string => {
    const explained = provider({ listeners: [{ listener: '80/TCP', endpoints: 2, nodePort: 30_080 }], ...(targets === undefined ? {} : { targets }) })
    const concern = { view: { cloud: { name: 'test' } }, request: { kind: 'not ours' }, previews: [], explained }
    const concerns = [concern] as unknown as Parameters<typeof explanationLines>[0]['concerns']
    return rendered(explanationLines({ explanation: { ...explanation, ...more }, concerns }, new Date(Date.parse(SINCE) + 300_000)), PLAIN)
  }

  test('begins with the verdict and what to do, and has the health of targets and the events in tables', () => {
    expect(textOf([target('healthy'), target('unhealthy', 'Health checks failed')]).split('\n')).toEqual([
      'shop/web is served.',
      'Next: Look:',
      '    kubectl get pods',
      '',
      'Conditions',
      '  fairlead.dev/Ready: True, Ready: Served.',
      '',
      'Provider test',
      '  manages this Service; nodes that may be used: 2',
      '',
      '  LISTENER   NODE PORT   READY ENDPOINTS   HEALTHY   INITIAL   UNHEALTHY   DRAINING',
      '  80/TCP     30080       2                 1         0         1           0',
      '',
      '  TARGET          LISTENER   HEALTH      WHY',
      '  10.0.0.9:8080   80/TCP     unhealthy   Health checks failed',
      '',
      'Events',
      '  5m   Invalid (3 times): It is wrong.',
      String.raw`  5m   Evil: a\u001b[2J`,
      '',
    ])
  })

  test('has no columns for health where it is not known, and says why events are missing', () => {
    const text = textOf(undefined, { events: [], eventsUnknown: 'events is forbidden' })
    expect(text).toContain('  LISTENER   NODE PORT   READY ENDPOINTS\n  80/TCP     30080       2\n')
    expect(text).toContain('Events\n  not known: events is forbidden\n')
  })

  test('lists twenty targets at most', () => {
    const many = Array.from({ length: 30 }, (_, i) => ({ ...target('unhealthy', 'no'), target: `10.0.1.${i}:80` }))
    expect(textOf(many).match(/10\.0\.1\.\d+:80/g)).toHaveLength(20)
    expect(textOf(many)).toContain('  and 10 more\n')
  })
})
