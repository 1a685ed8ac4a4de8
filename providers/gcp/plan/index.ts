/** The half of the provider that decides: pure, and all that the other half needs to know of it. */
import type { GcpOptions } from '../../../annotations/gcp.ts'
import { remembering } from '../../../src/provider/kit/plan-memory.ts'
import type { Provider } from '../../../src/provider/provider.ts'
import type { GcpConfig } from '../api/config.ts'
import { awaited, foreseen } from '../foreseen.ts'
import { stackOf } from '../names.ts'
import type { GcpStep } from '../steps.ts'
import type { GcpView } from '../view.ts'
import { basePlanner } from './base/base.ts'
import { isEmpty, merge } from './merge.ts'
import { claims, holds, listeners, owners, parts, status } from './owners.ts'
import { outlook, plan } from './plan.ts'

type GcpProvider = Provider<GcpOptions, GcpView, GcpStep>

export type GcpPlanner = Required<
  Pick<
    GcpProvider,
    'plan' | 'foreseen' | 'awaited' | 'outlook' | 'base' | 'stackOf' | 'moves' | 'depth' | 'owners' | 'status' | 'parts' | 'listeners' | 'isEmpty'
  >
>

export function planner(config: GcpConfig): GcpPlanner {
  return {
    plan: remembering((intents, view, base) => plan(config, intents, view, base)),
    foreseen,
    awaited,
    outlook: (intents, view, base) => outlook(config, intents, view, base),
    base: basePlanner(config),
    stackOf,
    moves: { claims, holds },
    depth: { merge },
    owners,
    status,
    parts,
    listeners,
    isEmpty,
  }
}
