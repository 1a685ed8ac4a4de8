/**
 * Google Cloud's own knobs, under the names that ingress-gce and cloud-provider-gcp gave them, and what else those two read, translated into the neutral
 * vocabulary. What they would ignore, or read as something else, is a problem here.
 */
import { defineAnnotations, keysOf, type OptionsOf } from './define.ts'
import { definitions } from './gcp/definitions.ts'
import { refusals } from './gcp/refusals.ts'
import { translations } from './gcp/translations.ts'
import { CLOUD, GKE, OURS } from './gcp/values.ts'

/**
 * `internal-load-balancer-*` and `cloud.google.com/neg` are none of them: a load balancer is not opened because it has the settings of an internal one, and GKE
 * itself writes the latter on any Service.
 */
const SIGNS = [`${GKE}load-balancer-*`, `${GKE}weighted-load-balancing`, `${GKE}l4*`, `${GKE}ip-collection-v6`, `${CLOUD}network-tier`, `${CLOUD}l4-rbs`]

/** With a class, ingress-gce and cloud-provider-gcp read no scheme from annotations (GKE's documentation of LoadBalancer Services, `loadBalancerClass`). */
const CLASSES = {
  [`${GKE}l4-regional-external`]: 'internet-facing',
  [`${GKE}l4-regional-internal`]: 'internal',
  [`${GKE}l4-regional-external-legacy`]: 'internet-facing',
  [`${GKE}l4-regional-internal-legacy`]: 'internal',
} as const

export const gcp = defineAnnotations(definitions, {
  prefixes: [`${GKE}load-balancer-`, `${GKE}internal-load-balancer-`, `${GKE}l4`, `${CLOUD}load-balancer-`, `${CLOUD}l4-`, OURS],
  translations,
  refusals,
  defaultSchemes: [{ controller: 'ingress-gce', scheme: 'internet-facing', signs: SIGNS.map((key) => ({ key })) }],
  origins: [{ name: 'gke', scheme: 'internet-facing', classes: CLASSES }],
})

/** Google's own keys, by name. */
export const GCP_KEYS = keysOf(definitions)

/** What a Service says in Google's own words. */
export type GcpOptions = OptionsOf<typeof definitions>
