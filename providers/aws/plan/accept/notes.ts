/** What a Service's author should know though the Service is served: annotations that have no effect, and which of two counts. */
import type { AwsOptions } from '../../../../annotations/aws.ts'
import type { Desired } from '../../../../src/provider/provider.ts'
import { FIELDS } from '../../fields.ts'
import type { WantedPort } from '../wanted/ports.ts'
import { attributeNotes } from '../wanted/wanted-attributes.ts'

/** Full sentences. */
export function configurationNotes(want: Desired<AwsOptions>, ports: readonly WantedPort[]): readonly string[] {
  return [...groupNotes(want), ...attributeNotes(want, ports)]
}

/** Leaving these out opens nothing and breaks nothing. */
function groupNotes({ settings: { securityGroups }, options }: Desired<AwsOptions>): readonly string[] {
  const { noSecurityGroups, manageBackendRules, privateLinkRules, icmpPathMtu } = options
  if (noSecurityGroups === true) {
    const idle = [
      privateLinkRules === undefined ? undefined : FIELDS.privateLinkRules,
      icmpPathMtu === true ? FIELDS.icmpPathMtu : undefined,
      manageBackendRules === true ? FIELDS.manageBackendRules : undefined,
    ]
    return idle.flatMap((field) =>
      field === undefined ? [] : [`${field} has no effect, because ${FIELDS.noSecurityGroups} asks for a load balancer without security groups.`],
    )
  }
  if (manageBackendRules !== false || securityGroups.length > 0) return []
  return [`${FIELDS.manageBackendRules}: "false" has no effect, because it applies only to load balancers with ${FIELDS.securityGroups}.`]
}
