/** `fairlead policy`: checks a policy file, and prints it as admission policies. Needs no cluster. */
import { stringify } from 'yaml'
import { allSets } from '../../annotations/all.ts'
import { neutral } from '../../annotations/neutral.ts'
import { SettingError } from '../config.ts'
import type { ProviderEntry } from '../provider/entry.ts'
import { admissionOf } from '../policy/admission.ts'
import { policyIn } from './policy-file.ts'
import type { CommandBody } from './program.ts'

/** By name. */
type Providers = Readonly<Record<string, Pick<ProviderEntry, 'annotations' | 'capabilities'>>>

export function policyCommand(providers: Providers): CommandBody {
  const sets = allSets(Object.values(providers).map(({ annotations }) => annotations))
  return (settings, terminal) => {
    const policy = policyIn(settings, sets)?.policy
    if (policy === undefined) throw new SettingError('say which file to check: --policy-file FILE')
    if (!settings.admission) {
      const { rules } = policy
      terminal.out(
        `${settings['policy-file']} is valid: ${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}${rules.map(({ name }) => `\n  ${name}`).join('')}\n`,
      )
      return Promise.resolve(0)
    }
    const parts = settings.providers.map((provider) => {
      const entry = Object.hasOwn(providers, provider) ? providers[provider] : undefined
      if (entry === undefined) throw new SettingError(`--providers is ${JSON.stringify(provider)}; allowed: ${Object.keys(providers).join(', ')}`)
      const { documents, notes } = admissionOf(policy, {
        provider,
        defaultClass: settings['default-class'] === provider,
        defaultScheme: settings['default-scheme'],
        sets: [neutral, entry.annotations],
        hasAddressPools: entry.capabilities['address-pool'].supported,
      })
      const comments = notes.map((note) => `# ${note}\n`).join('')
      return `${comments}${documents.map((document) => stringify(document, { lineWidth: 0 })).join('---\n')}`
    })
    terminal.out(parts.join('---\n'))
    return Promise.resolve(0)
  }
}
