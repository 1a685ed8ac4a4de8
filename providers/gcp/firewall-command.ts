/** What an administrator types where the controller may not write the firewall rules of a network: in a shared VPC they are another project's. */
import type { Firewall } from './api/documents.ts'
import { nameOf, parseId } from './api/ids.ts'
import type { Allowed } from './api/documents.ts'
import { describe, type Mark } from './marks.ts'
import type { ObjectStep } from './steps.ts'

export type FirewallStep = Extract<ObjectStep, { readonly kind: 'firewall rule' }>

/** One command, to be copied. `clusterId`, `mark`: so that the rule is known as the cluster's own. */
export function firewallCommand(step: FirewallStep, { clusterId, mark }: { readonly clusterId: string; readonly mark: Mark | undefined }): string {
  const project = parseId(step.id)?.project ?? ''
  const on = `gcloud compute firewall-rules ${wordOf(step)} ${nameOf(step.id)} --project ${project}`
  if (step.verb === 'delete' || step.verb === 'read') return `${on} --quiet`
  const { body } = step
  if (step.verb === 'update') return [on, ...flagsOf(body as Firewall, 'update')].join(' ')
  const first = ['--direction INGRESS', `--network ${nameOf(body.network ?? '')}`]
  return [on, ...first, ...flagsOf(body as Firewall, 'create'), ...(mark === undefined ? [] : [`--description '${describe(clusterId, mark)}'`])].join(' ')
}

function wordOf({ verb }: FirewallStep): string {
  return verb === 'read' ? 'describe' : verb
}

function flagsOf(body: Firewall, word: 'create' | 'update'): readonly string[] {
  const { priority, allowed, denied, sourceRanges, destinationRanges, targetTags, targetServiceAccounts } = body
  const cases = [...(allowed ?? []), ...(denied ?? [])].flatMap(caseOf).join(',')
  const action = denied === undefined ? 'ALLOW' : 'DENY'
  const rules = word === 'create' ? [`--action ${action}`, `--rules ${cases}`] : [`--rules ${cases}`]
  return [
    ...(priority === undefined ? [] : [`--priority ${priority}`]),
    ...(cases === '' ? [] : rules),
    ...listFlag('--source-ranges', sourceRanges),
    ...listFlag('--destination-ranges', destinationRanges),
    ...listFlag('--target-tags', targetTags),
    ...listFlag('--target-service-accounts', targetServiceAccounts),
  ]
}

function caseOf({ IPProtocol, ports = [] }: Allowed): readonly string[] {
  return ports.length === 0 ? [IPProtocol] : ports.map((port) => `${IPProtocol}:${port}`)
}

function listFlag(flag: string, values: readonly string[] | undefined): readonly string[] {
  return values === undefined || values.length === 0 ? [] : [`${flag} ${values.join(',')}`]
}
