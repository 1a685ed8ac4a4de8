/** What a Service had, without source ranges and prefix lists that it does not ask for any more. Pure. */
import type { AwsOptions } from '../../../annotations/aws.ts'
import { commonRanges } from '../../../src/model/source-ranges.ts'
import type { Desired } from '../../../src/provider/provider.ts'

type Wanted = Desired<AwsOptions>

/** Ranges and prefix lists together allow clients; neither of them: all. An empty list of ranges without prefix lists allows none. */
export function narrow(accepted: Wanted, asked: Wanted): Wanted {
  const [had, wanted] = [listsOf(accepted), listsOf(asked)]
  if (had.length === 0 && wanted.length === 0) return accepted
  if (isOpen(asked)) return accepted
  const ranges = isOpen(accepted) ? asked.settings.sourceRanges : commonRanges(accepted.settings.sourceRanges ?? [], asked.settings.sourceRanges ?? [])
  const lists = isOpen(accepted) ? wanted : had.filter((list) => wanted.includes(list))
  const sourceRanges = ranges ?? (lists.length === 0 ? [] : undefined)
  const { sourceRanges: _, ...settings } = accepted.settings
  return {
    ...accepted,
    settings: { ...settings, ...(sourceRanges === undefined ? {} : { sourceRanges }) },
    options: { ...accepted.options, prefixLists: lists },
  }
}

function listsOf({ options }: Wanted): readonly string[] {
  return options.prefixLists ?? []
}

function isOpen(want: Wanted): boolean {
  return want.settings.sourceRanges === undefined && listsOf(want).length === 0
}
