/** The user's own tags on what exists. New objects get them by the calls that make them. */
import type { Owner } from '../../../../src/model/owner.ts'
import type { ObjectRef } from '../../steps.ts'
import { type Label, tagChanges, type Unlabel } from './fingerprints.ts'
import { listenersOf } from '../owners.ts'
import type { WantedStack, PlanContext } from '../plan-context.ts'

interface Tagged {
  readonly of: ObjectRef
  readonly serves: readonly Owner[]
  readonly tags: Readonly<Record<string, string>>
  /** On what serves all, what all say. */
  readonly wanted: Readonly<Record<string, string>>
  /** What others wrote on it stays. */
  readonly isAdopted: boolean
}

export function tagParts({ view }: PlanContext, wantedStack: WantedStack): { readonly labels: readonly Label[]; readonly unlabels: readonly Unlabel[] } {
  const why = 'the Service has other tags'
  // An owner that stays as it is may have asked for the others.
  const isHeld = ({ of }: { readonly of: ObjectRef }): boolean => of.kind === 'load balancer' && wantedStack.balancer.holders.length > 0
  const parts = taggedParts(view, wantedStack).map(({ of, serves, tags, wanted, isAdopted }) => {
    const { set, unset } = tagChanges(wanted, tags)
    return { label: { of, serves, why }, set, unset: isAdopted ? [] : unset }
  })
  return {
    labels: parts.flatMap(({ label, set }) => (Object.keys(set).length === 0 ? [] : [{ ...label, tags: set }])),
    unlabels: parts.flatMap(({ label, unset }) => (unset.length === 0 || isHeld(label) ? [] : [{ ...label, keys: unset }])),
  }
}

/** The load balancer, and what the seats have on it. */
function taggedParts(view: PlanContext['view'], { balancer: { found }, services, owners, settings }: WantedStack): readonly Tagged[] {
  const listeners = new Map((found === undefined ? [] : listenersOf(view, found)).map((listener) => [listener.port, listener]))
  return [
    ...(found === undefined
      ? []
      : [
          {
            of: { kind: 'load balancer', name: found.name } as const,
            serves: owners,
            tags: found.tags,
            wanted: settings.tags,
            isAdopted: found.mark.adopted === true,
          },
        ]),
    ...services.flatMap((service): Tagged[] => {
      const serves = [service.owner]
      const wanted = service.want.want.settings.tags
      const groups = service.groups.flatMap(({ name }): Tagged[] => {
        const part = view.targetGroups.get(name)
        return part === undefined ? [] : [{ of: { kind: 'target group', name }, serves, tags: part.tags, wanted, isAdopted: part.mark.adopted === true }]
      })
      const own = service.listeners.flatMap(({ port }): Tagged[] => {
        const part = listeners.get(port)
        const isOwn = part?.mark.owner === undefined || part.mark.owner.uid === service.owner.uid
        return part === undefined || found === undefined || !isOwn
          ? []
          : [{ of: { kind: 'listener', loadBalancer: found.name, port }, serves, tags: part.tags, wanted, isAdopted: part.mark.adopted === true }]
      })
      return [...groups, ...own]
    }),
  ]
}
