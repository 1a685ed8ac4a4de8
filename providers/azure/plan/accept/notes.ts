/** What the author of a Service should know though it is served. Pure. */
import type { AzureOptions } from '../../../../annotations/azure.ts'
import type { Desired } from '../../../../src/provider/provider.ts'
import { FIELDS } from '../../fields.ts'

export function configurationNotes({ settings, options }: Desired<AzureOptions>): readonly string[] {
  return options.noSecurityRules === true && settings.sourceRanges !== undefined
    ? [
        `${FIELDS.sourceRanges} is not applied by Azure, because ${FIELDS.noSecurityRules} is set: the security group decides, and kube-proxy where spec.loadBalancerSourceRanges is set.`,
      ]
    : []
}
