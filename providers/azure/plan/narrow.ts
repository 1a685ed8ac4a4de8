/** What a Service had, without service tags that it does not ask for any more, and without opening what it closed since. Pure. */
import type { AzureOptions } from '../../../annotations/azure.ts'
import type { Desired } from '../../../src/provider/provider.ts'

type Wanted = Desired<AzureOptions>

/** Ranges and tags together allow clients; with neither of them, all are allowed. */
export function narrow(accepted: Wanted, asked: Wanted): Wanted {
  const [had, wants] = [accepted.options.serviceTags, asked.options.serviceTags]
  const denyOthers = accepted.options.denyOthers === true || asked.options.denyOthers === true
  const noSecurityRules = accepted.options.noSecurityRules === true || asked.options.noSecurityRules === true
  const { serviceTags: _, denyOthers: __, noSecurityRules: ___, ...options } = accepted.options
  const flags = { ...(denyOthers ? { denyOthers } : {}), ...(noSecurityRules ? { noSecurityRules } : {}) }
  if (isOpen(asked)) return { ...accepted, options: { ...options, ...flags, ...(had === undefined ? {} : { serviceTags: had }) } }
  const serviceTags = isOpen(accepted) ? wants : (had ?? []).filter((tag) => wants?.includes(tag) === true)
  const hasNone = serviceTags === undefined || serviceTags.length === 0
  // The ranges are narrowed already; where neither is left, none may come.
  const sourceRanges = accepted.settings.sourceRanges ?? (hasNone ? (asked.settings.sourceRanges ?? []) : undefined)
  const { sourceRanges: ____, ...settings } = accepted.settings
  return {
    ...accepted,
    settings: { ...settings, ...(sourceRanges === undefined ? {} : { sourceRanges }) },
    options: { ...options, ...flags, ...(hasNone ? {} : { serviceTags }) },
  }
}

function isOpen({ settings, options }: Wanted): boolean {
  return settings.sourceRanges === undefined && options.serviceTags === undefined
}
