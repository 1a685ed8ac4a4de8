/** Objects of Compute Engine, sorted into the Stacks that their descriptions name. */
import { stackViews, type StackViews } from '../../../src/provider/kit/parts.ts'
import type { Account } from '../api/account.ts'
import type { Listed } from '../api/calls.ts'
import type { Document } from '../api/documents.ts'
import { keyOfId } from '../api/ids.ts'
import { readMark } from '../marks.ts'
import { filterOf } from '../names.ts'
import type { StackId } from '../../../src/provider/provider.ts'
import { emptyView, type GcpView, type PartMap } from '../view.ts'

export type Views = StackViews<GcpView>

export function views(): Views {
  return stackViews<GcpView>(emptyView)
}

/** With those of the documents that are this cluster's. */
export function addAll(to: Views, kind: PartMap, documents: readonly Document[], clusterId: string): void {
  for (const document of documents) {
    const mark = readMark(clusterId, document.description)
    const id = keyOfId(document.selfLink ?? '')
    if (mark !== undefined && id !== '') to.add(mark.stack, kind, id, { id, mark, document })
  }
}

/** What a map of a view holds, as a list of all Stacks, or of one. Firewall rules are in the project of the network. */
export function listOf({ config }: Account, kind: Exclude<PartMap, 'addresses'>, stack?: StackId): Listed {
  const { clusterId, project, networkProject, region } = config
  const filter = filterOf(clusterId, stack)
  switch (kind) {
    case 'rules':
      return { project, kind: 'forwardingRules', scope: { region }, filter }
    case 'services':
      return { project, kind: 'backendServices', scope: { region }, filter }
    case 'checks':
      return { project, kind: 'healthChecks', scope: { region }, filter }
    case 'firewalls':
      return { project: networkProject, kind: 'firewalls', scope: 'global', filter }
    case 'endpointGroups':
      return { project, kind: 'networkEndpointGroups', scope: 'all', filter }
    case 'groups':
      return { project, kind: 'instanceGroups', scope: 'all', filter }
    default:
      return kind satisfies never
  }
}

/** All pages of a list. Throws a CloudError. */
export async function listed<D extends Document>({ api }: Account, what: Listed, signal: AbortSignal): Promise<readonly D[]> {
  return (await Array.fromAsync(api.list<D>(what, signal))).flat()
}
