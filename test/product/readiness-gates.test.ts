/** A rolling update whose pods wait for their load balancer, as `kubectl rollout` sees it. */
import { describe, expect, test } from 'vitest'
import { setUpForTests } from '../set-up.ts'
import { eventually } from '../until.ts'
import { ownAddresses } from './addresses.ts'
import { ask } from './client.ts'
import { noKubectl, type Playground, startPlayground } from './playground.ts'

const POOL = ownAddresses()
const GATE = 'fairlead.dev/target-health'
const reason = noKubectl()
if (reason !== undefined) console.log(`skipped: a rolling update on the playground, with a real kubectl: ${reason}`)

function deployment(image: string, gates: readonly string[]): string {
  const spec = { containers: [{ name: 'web', image, ports: [{ containerPort: 8080 }] }], readinessGates: gates.map((conditionType) => ({ conditionType })) }
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'web' } },
      strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: { metadata: { labels: { app: 'web' } }, spec },
    },
  })
}

describe.skipIf(reason !== undefined)('a rolling update on the playground, with a real kubectl', () => {
  let playground: Playground
  const kubectl: Playground['kubectl'] = (...asked) => playground.kubectl(...asked)
  const rollout = (seconds: number): Promise<string> => kubectl(['rollout', 'status', 'deployment/web', `--timeout=${seconds}s`])
  const pods = async (): Promise<readonly string[]> => (await kubectl(['get', 'pods', '-l', 'app=web', '-o', 'name'])).split('\n').filter((name) => name !== '')

  setUpForTests(
    async () => {
      playground = await startPlayground(POOL)
    },
    () => playground.close(),
  )

  test('waits until the balancer has the new pods, holds where a gate stays closed, and refuses nobody', async () => {
    await kubectl(['apply', '-f', '-'], deployment('web:1', [GATE]))
    await expect(rollout(1), 'without a load balancer nobody opens the gate').rejects.toThrow(/timed out/)
    await playground.apply('web', { ports: [{ port: 8080 }] })
    await rollout(100)
    await playground.reported('web', 'Ready')
    const address = await playground.addressOf('web')
    const [first = ''] = await pods()
    expect(await ask(address, 8080)).toContain(first.replace('pod/', ''))

    await kubectl(['apply', '-f', '-'], deployment('web:2', [GATE, 'example.com/never']))
    await eventually(
      () => pods(),
      (found) => found.length === 2,
    )
    await expect(rollout(2), "somebody else's gate is closed").rejects.toThrow(/timed out/)
    expect(await ask(address, 8080)).toContain(first.replace('pod/', ''))

    const answers: string[] = []
    const asking = new AbortController()
    const client = (async () => {
      while (!asking.signal.aborted) answers.push(await ask(address, 8080))
    })()
    await kubectl(['apply', '-f', '-'], deployment('web:3', [GATE]))
    await rollout(100)
    await eventually(
      () => pods(),
      (found) => found.length === 1,
    )
    asking.abort()
    await client
    expect(answers.filter((answer) => !answer.startsWith('web-'))).toEqual([])
    expect(new Set(answers.map((answer) => answer.split(' ')[0])).size).toBeGreaterThan(1)
    const [last = ''] = await pods()
    const message = await kubectl(['get', last, '-o', `jsonpath={.status.conditions[?(@.type=="${GATE}")].message}`])
    expect(message).toBe('registered for default/web')
  })
})
