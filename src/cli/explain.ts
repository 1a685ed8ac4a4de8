/** `fairlead explain`: why a Service is, or is not, ready, from what the cluster says, what the planner thinks of it, and what health checks found. */
import { SettingError } from '../config.ts'
import type { LoadCloud } from './clouds.ts'
import { logOf, type Surroundings } from './connection.ts'
import { explanationLines } from './explain-text.ts'
import { explain } from './explanation.ts'
import { look, settingsLine } from './look.ts'
import { readName, serviceNamed } from './plan.ts'
import type { CommandBody } from './program.ts'
import { BLANK, styled, wrapped } from './screen/line.ts'

/** `hasPermissions`: whether `fairlead permissions` knows those of a provider. */
export function explainCommand(loadCloud: LoadCloud, surroundings: Surroundings, hasPermissions: (provider: string) => boolean): CommandBody {
  return async (settings, terminal, names, settingsOver) => {
    const [text] = names
    if (text === undefined || names.length > 1) throw new SettingError('say which Service: NAMESPACE/NAME')
    const name = readName(text)
    const { clock } = surroundings
    const log = logOf(settings, terminal, clock)
    return look({ settings, settingsOver, terminal, surroundings, loadCloud, log }, async (looking) => {
      const explained = await explain(serviceNamed(name, looking.snapshot), { ...looking, hasPermissions }, terminal.signal)
      const { explanation, isKnown } = explained
      if (settings.output === 'json') terminal.out(`${JSON.stringify({ settings: looking.settingsFrom ?? null, ...explanation }, undefined, 2)}\n`)
      else terminal.show([...explanationLines(explained, clock.date()), BLANK, wrapped('', styled('faint', settingsLine(looking)))])
      return isKnown ? 0 : 1
    })
  }
}
