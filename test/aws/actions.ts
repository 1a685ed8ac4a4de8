/** Which actions were called while tests ran, kept in the folder of the test run: what the policy grants is compared with it. */
import type { Call } from '../../emulators/aws/index.ts'

const seen = new Set<string>()

/** As IAM names them. */
const SERVICES = { elb: 'elasticloadbalancing', ec2: 'ec2', tagging: 'tag' } as const

export function recordActions(calls: Iterable<Call>): void {
  for (const { service, action } of calls) seen.add(`${SERVICES[service]}:${action}`)
}

export function actionsSeen(): ReadonlySet<string> {
  return seen
}
