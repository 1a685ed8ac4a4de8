/** The schemes that Services are served by. Pure. */
import type { Scheme } from '../../../../src/model/load-balancer.ts'
import type { AzureView } from '../../view.ts'
import { foundIn } from '../found.ts'
import type { Parties, Want } from '../plan-context.ts'

/** With the scheme of what a Service has, where it sets none: a default never changes it. */
export function withFoundSchemes(asked: Parties, view: AzureView): Parties {
  return { ...asked, wants: asked.wants.map((one) => withScheme(one, schemeOf(one, view))) }
}

/** Where there are both, as while one takes the place of the other, the default decides. */
function schemeOf({ owner, want: { settings } }: Want, view: AzureView): Scheme {
  if (settings.schemeIsExplicit) return settings.scheme
  const found = new Set((foundIn(view).rulesOf.get(owner.uid) ?? []).map(({ balancer }) => balancer.scheme))
  const [only = settings.scheme] = found
  return found.has(settings.scheme) ? settings.scheme : only
}

function withScheme(one: Want, scheme: Scheme): Want {
  const { want } = one
  return want.settings.scheme === scheme ? one : { ...one, want: { ...want, settings: { ...want.settings, scheme } } }
}
