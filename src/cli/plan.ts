/** `fairlead plan`: the planner that acts, printing instead. */
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { SettingError } from '../config.ts'
import type { Service, Snapshot } from '../model/cluster.ts'
import { type Problem, problemText } from '../model/problem.ts'
import type { LoadCloud } from './clouds.ts'
import { logOf, type Surroundings } from './connection.ts'
import { look, type Looking, settingsLine } from './look.ts'
import { parseServices, type ServiceManifest } from './manifest.ts'
import { withServices } from './overlay.ts'
import { planLines } from './plan-tree.ts'
import type { CommandBody } from './program.ts'
import { BLANK, indentedLine, type Line, line, styled, wrapped } from './screen/line.ts'
import { type Concern, type Found, reportsOf } from './service-report.ts'
import { type EachOnce, eachOnce } from './shared-steps.ts'

export function planCommand(loadCloud: LoadCloud, surroundings: Surroundings): CommandBody {
  return async (settings, terminal, names, settingsOver) => {
    const { filename, output } = settings
    if ((filename === undefined) === (names.length === 0)) throw new SettingError('say what to plan: -f FILE, or NAMESPACE/NAME')
    const named = names.map(readName)
    const manifests = filename === undefined ? [] : await servicesIn(filename)
    const log = logOf(settings, terminal, surroundings.clock)
    return look({ settings, settingsOver, terminal, surroundings, loadCloud, log }, async (looking) => {
      const snapshot = withServices(looking.snapshot, manifests, surroundings.clock.date().toISOString())
      const services = (filename === undefined ? named : manifests).map((name) => serviceNamed(name, snapshot))
      const found = await reportsOf(services, { ...looking, snapshot, before: looking.snapshot }, terminal.signal)
      if (output === 'json') terminal.out(`${JSON.stringify(jsonOf(found, looking), undefined, 2)}\n`)
      else terminal.show([...foundLines(found), wrapped('', styled('faint', settingsLine(looking)))])
      return found.every(({ isPossible }) => isPossible) ? 0 : 1
    })
  }
}

async function servicesIn(filename: string): Promise<readonly ServiceManifest[]> {
  if (filename === '-') return parseServices(await text(process.stdin), 'standard input')
  const content = await readFile(filename, 'utf8').catch((error: unknown) => {
    throw new SettingError(`--filename is ${JSON.stringify(filename)}, which cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  })
  return parseServices(content, filename)
}

export interface ServiceName {
  readonly namespace: string
  readonly name: string
}

/** `shop/web`, or `web` for the one in the namespace default. Throws a SettingError for anything else. */
export function readName(said: string): ServiceName {
  const [namespace = '', name = '', ...rest] = said.includes('/') ? said.split('/') : ['default', said]
  if (namespace === '' || name === '' || rest.length > 0) throw new SettingError(`${JSON.stringify(said)} is no Service; allowed: NAMESPACE/NAME`)
  return { namespace, name }
}

export function serviceNamed({ namespace, name }: ServiceName, snapshot: Snapshot): Service {
  const service = snapshot.service(namespace, name)
  if (service === undefined) throw new Error(`there is no Service ${namespace}/${name}`)
  return service
}

/** `total`: of several Services together, with what they share counted once. */
function jsonOf(found: readonly Found[], { settingsFrom }: Pick<Looking, 'settingsFrom'>): object {
  const total = found.length < 2 ? {} : { total: eachOnce(found).total }
  return { settings: settingsFrom ?? null, services: found.map(({ report }) => report), ...total }
}

function foundLines(found: readonly Found[]): readonly Line[] {
  const { shownOf, total } = eachOnce(found)
  const sections = found.flatMap((one) => serviceLines(one, shownOf))
  if (found.length < 2) return sections
  const sum = `+ ${total.created} to create, ~ ${total.changed} to change, - ${total.removed} to delete`
  return [...sections, wrapped('', styled('strong', `All ${found.length} Services: `), `${sum}; what they share is counted once.`), BLANK]
}

function serviceLines({ report, concerns }: Found, shownOf: EachOnce['shownOf']): readonly Line[] {
  const lines = report.notOurs === undefined ? concerns.flatMap((concern) => concernLines(concern, shownOf)) : [wrapped('', report.notOurs)]
  const isToBeNamed = report.providers.some(({ stacks }) => stacks.some(({ sum }) => sum.addresses.next === null))
  const notes = report.isPlannedOnly && isToBeNamed ? [wrapped('', NAMES_TO_COME)] : []
  return [line(styled('strong', report.service)), ...[...lines, ...notes].map(indentedLine), BLANK]
}

function concernLines({ view, request, previews, report }: Concern, shownOf: EachOnce['shownOf']): readonly Line[] {
  const problems = request.kind === 'malformed' ? request.problems.map(problemLine) : []
  const found = previews.flatMap(({ plan }) => (plan.notes ?? []).map((note) => note.text))
  const notes = [...report.notes, ...found].map((note) => wrapped('  ', `note: ${note}`))
  const trees = previews.flatMap((preview) => planLines({ ...preview, ...shownOf(preview) }, `${view.cloud.name}, Stack ${preview.title}`))
  return [...problems, ...trees, ...notes]
}

export function problemLine(problem: Problem): Line {
  return wrapped('  ', styled('bad', problem.reason), `: ${problemText(problem)}`)
}

const NAMES_TO_COME = 'The Service is not in the cluster yet: names that end in a part of its UID will end differently.'
