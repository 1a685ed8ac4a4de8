/** `fairlead explain`: why a Service is, or is not, ready, from what the cluster says and what the planner thinks of it. */
import { SettingError } from '../config.ts'
import type { Wish } from '../desired/wish.ts'
import { READY } from '../model/names.ts'
import { placesOf } from '../controller/published.ts'
import type { Service, Snapshot } from '../model/cluster.ts'
import type { Backends } from '../model/load-balancer.ts'
import { ownerName } from '../model/owner.ts'
import { problemText } from '../model/problem.ts'
import { placeText } from '../model/status.ts'
import { isHeldBy } from '../desired/eligible.ts'
import { planText } from '../provider/plan-text.ts'
import type { LoadCloud } from './clouds.ts'
import { logOf, type Surroundings } from './connection.ts'
import { look, type Looking, type ProviderView } from './look.ts'
import { indented, notOurs, readName, serviceNamed } from './plan.ts'
import { previewsOf } from './preview.ts'
import type { CommandBody } from './program.ts'

export function explainCommand(loadCloud: LoadCloud, surroundings: Surroundings): CommandBody {
  return async (settings, terminal, names) => {
    const [text] = names
    if (text === undefined || names.length > 1) throw new SettingError('say which Service: NAMESPACE/NAME')
    const name = readName(text)
    const log = logOf(settings, terminal, surroundings.clock)
    return look({ settings, terminal, surroundings, loadCloud, log }, async (looking) => {
      const service = serviceNamed(name, looking.snapshot)
      terminal.out(`${ownerName(service.metadata)}\n${indented((await explain(service, looking, terminal.signal)).join('\n'))}\n`)
      return 0
    })
  }
}

async function explain(service: Service, { snapshot, views }: Looking, signal: AbortSignal): Promise<readonly string[]> {
  const concerned = views.map((view) => ({ view, wish: view.wishOf(service, snapshot) })).filter(({ wish }) => wish.kind !== 'not ours')
  const said = published(service)
  if (concerned.length === 0) return [notOurs(service, views), ...said]
  const parts = await Promise.all(concerned.map(({ view, wish }) => ofProvider(service, { view, wish, snapshot }, signal)))
  return [...said, ...parts.flat()]
}

function published(service: Service): readonly string[] {
  const places = placesOf(service).map(placeText)
  const ready = service.status.conditions?.find(({ type }) => type === READY)
  return [
    `address: ${places.length === 0 ? 'none yet' : places.join(', ')}`,
    ready === undefined
      ? 'condition fairlead.dev/Ready: not set: no controller has taken it up yet'
      : `condition fairlead.dev/Ready: ${ready.status}, ${ready.reason}: ${ready.message}`,
  ]
}

interface Concern {
  readonly view: ProviderView
  readonly wish: Wish
  readonly snapshot: Snapshot
}

async function ofProvider(service: Service, { view, wish, snapshot }: Concern, signal: AbortSignal): Promise<readonly string[]> {
  if (wish.kind === 'not ours') return []
  const { name } = view.cloud
  const isTold = service.status.conditions?.some(({ type }) => type === READY) === true
  const head = [
    `provider ${name}: ${isHeldBy(service, name) ? 'has it in its care' : isTold ? 'holds nothing for it yet' : 'has not taken it up; is a controller running with this provider?'}`,
    ...wish.notes.map((note) => `note: ${note}`),
  ]
  if (wish.kind === 'malformed')
    return [...head, ...wish.problems.map((problem) => `${problem.reason}: ${problemText(problem)}`), ...backendsText(wish.backends)]
  const previews = await previewsOf(view, snapshot, service, signal)
  return [...head, ...backendsText(wish.desired.backends), ...previews.map(({ stack, plan }) => `left to do in Stack ${stack}: ${planText(plan)}`)]
}

function backendsText({ nodes, ports }: Backends): readonly string[] {
  const listeners = Object.entries(ports).map(([listener, { endpoints, nodePort }]) => {
    const found = `${endpoints.length} ${endpoints.length === 1 ? 'endpoint' : 'endpoints'}`
    return `listener ${listener}: ${found}${nodePort === undefined ? '' : `, node port ${nodePort}`}`
  })
  return [...listeners, `nodes that may be used: ${nodes.nodes.length}`]
}
