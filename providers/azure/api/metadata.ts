/** What the machine that this runs on says of itself. Source: learn.microsoft.com, "Azure Instance Metadata Service". */
const ADDRESS = 'http://169.254.169.254'
/** It is one hop away, or not there. */
const PATIENCE_MS = 1_000

export interface Instance {
  readonly subscription: string
  readonly resourceGroup: string
  readonly location: string
}

/** Undefined: there is no answer, or not the one that is expected. */
export async function readInstance(address = ADDRESS): Promise<Instance | undefined> {
  try {
    const response = await fetch(`${address}/metadata/instance?api-version=2021-02-01`, {
      headers: { metadata: 'true' },
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    const { compute = {} } = (await response.json()) as { readonly compute?: Readonly<Record<string, unknown>> }
    const { subscriptionId: subscription, resourceGroupName: resourceGroup, location } = compute
    const isWhole = [subscription, resourceGroup, location].every((value) => typeof value === 'string' && value !== '')
    return response.ok && isWhole ? ({ subscription, resourceGroup, location } as Instance) : undefined
  } catch {
    return undefined
  }
}
