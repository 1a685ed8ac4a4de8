/**
 * AWS' own knobs, under the names that aws-load-balancer-controller and cloud-provider-aws gave them, and what else those two read, translated into the neutral
 * vocabulary. Where they disagree, aws-load-balancer-controller's meaning holds, and the text of the key says so.
 */
import { balancerTranslations } from './aws/balancer.ts'
import { defaultSchemes, origins } from './aws/controllers.ts'
import { definitions } from './aws/definitions.ts'
import { healthTranslations } from './aws/health.ts'
import { listenerTranslations } from './aws/listeners.ts'
import { refusals } from './aws/refusals.ts'
import { PREFIX } from './aws/values.ts'
import { defineAnnotations, keysOf, type OptionsOf } from './define.ts'

export const aws = defineAnnotations(definitions, {
  prefixes: [PREFIX, 'aws.fairlead.dev/'],
  translations: [...balancerTranslations, ...listenerTranslations, ...healthTranslations],
  refusals,
  defaultSchemes,
  origins,
})

/** AWS' own keys, by name. */
export const AWS_KEYS = keysOf(definitions)

/** What a Service says in AWS' own words; what the neutral vocabulary has too is not in the attributes. */
export type AwsOptions = OptionsOf<typeof definitions>
