/** What a view is once AWS has made a load balancer ready: what comes then is shown in a plan before it is. Pure. */
import type { AwsStep } from '../steps.ts'
import type { AwsView } from '../view.ts'
import { partChanges } from '../../../src/provider/kit/parts.ts'

const { change } = partChanges<AwsView>()

export function awaited(view: AwsView, { verb, kind, call }: AwsStep): AwsView {
  if (verb !== 'read' || kind !== 'load balancer') return view
  return change('loadBalancers', call.name, (part) => ({ ...part, state: 'active' }))(view)
}
