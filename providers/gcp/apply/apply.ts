/** One step, one change: what it calls, and how the view changes by the answer. */
import { CloudError } from '../../../src/provider/cloud-error.ts'
import type { StepAnswer } from '../../../src/provider/provider.ts'
import type { GcpStep } from '../steps.ts'
import type { GcpView } from '../view.ts'
import type { Context } from './context.ts'
import { firewallCommand, type FirewallStep } from '../firewall-command.ts'
import { applyMembers } from './members.ts'
import { folded } from '../fold.ts'
import { applyObject } from './objects.ts'
import { lookFor } from './reserved-address.ts'

/** Makes the call of one step. Throws a CloudError. */
export async function apply(step: GcpStep, context: Context): Promise<StepAnswer<GcpView>> {
  switch (step.kind) {
    case 'instance group members':
    case 'obsolete instance group members':
    case 'endpoint group members':
    case 'obsolete endpoint group members':
      return applyMembers(step, context)
    case 'reserved address':
      return lookFor(step, context)
    case 'firewall rule':
      return applyFirewall(step, context)
    case 'address':
    case 'forwarding rule':
    case 'backend service':
    case 'health check':
    case 'instance group':
    case 'endpoint group':
      return applyObject(step, context)
    default:
      return step satisfies never
  }
}

/** In a shared VPC the right to write firewall rules may be another team's: then what has to be there is said, and the rest goes on. */
async function applyFirewall(step: FirewallStep, context: Context): Promise<StepAnswer<GcpView>> {
  const { config } = context.account
  try {
    return await applyObject(step, context)
  } catch (error) {
    const isDenied = error instanceof CloudError && error.consequence === 'refused' && error.reason === 'Denied'
    if (!isDenied || config.networkProject === config.project || step.verb === 'read') throw error
    const command = firewallCommand(step, { clusterId: config.clusterId, mark: step.verb === 'create' ? step.mark : undefined })
    const barred = step.verb === 'delete' ? { command, was: step.serves.map(({ uid }) => uid) } : { command }
    const without = step.verb === 'delete' ? folded(step, undefined) : (view: GcpView): GcpView => view
    return (view) => ({ ...without(view), barred: new Map(view.barred).set(step.id, barred) })
  }
}
