/**
 * Azure's own knobs, under the names that cloud-provider-azure gave them, and what else it reads, translated into the neutral vocabulary. A value that it
 * would ignore, or read as something else, is a problem here.
 */
import { addressTranslations } from './azure/addresses.ts'
import { definitions } from './azure/definitions.ts'
import { healthTranslations } from './azure/health.ts'
import { refusals } from './azure/refusals.ts'
import { ruleTranslations } from './azure/rules.ts'
import { PREFIX, UPSTREAM } from './azure/values.ts'
import { defineAnnotations, type OptionsOf } from './define.ts'

export const azure = defineAnnotations(definitions, {
  prefixes: [PREFIX, `${UPSTREAM}port_`, 'azure.fairlead.dev/'],
  translations: [...addressTranslations, ...ruleTranslations, ...healthTranslations],
  refusals,
  defaultSchemes: [{ controller: 'cloud-provider-azure', scheme: 'internet-facing', signs: [{ key: `${PREFIX}*` }, { key: `${UPSTREAM}port_*` }] }],
  // A Service that names a class is left alone by it.
  origins: [{ name: 'cloud-provider-azure', scheme: 'internet-facing', classes: {} }],
})

/** What a Service says in Azure's own words. */
export type AzureOptions = OptionsOf<typeof definitions>
