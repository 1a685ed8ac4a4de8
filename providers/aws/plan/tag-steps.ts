/** The user's own tags on what exists. New objects get them by the calls that make them. */
import type { Owner } from '../../../src/model/owner.ts'
import type { ObjectRef } from '../steps.ts'
import { type Label, tagChanges, type Unlabel } from './label-steps.ts'
import { listenersOf } from './owners.ts'
import type { House, Scene } from './scene.ts'

interface Tagged {
  readonly of: ObjectRef
  readonly serves: readonly Owner[]
  readonly tags: Readonly<Record<string, string>>
  /** On what serves all, what all say. */
  readonly wanted: Readonly<Record<string, string>>
  /** What others wrote on it stays. */
  readonly isAdopted: boolean
}

export function tagParts({ view }: Scene, house: House): { readonly labels: readonly Label[]; readonly unlabels: readonly Unlabel[] } {
  const why = 'the Service has other tags'
  // Somebody who stays as he is may have asked for the others.
  const isHeld = ({ of }: { readonly of: ObjectRef }): boolean => of.kind === 'load balancer' && house.balancer.holders.length > 0
  const parts = taggedParts(view, house).map(({ of, serves, tags, wanted, isAdopted }) => {
    const { set, unset } = tagChanges(wanted, tags)
    return { label: { of, serves, why }, set, unset: isAdopted ? [] : unset }
  })
  return {
    labels: parts.flatMap(({ label, set }) => (Object.keys(set).length === 0 ? [] : [{ ...label, tags: set }])),
    unlabels: parts.flatMap(({ label, unset }) => (unset.length === 0 || isHeld(label) ? [] : [{ ...label, keys: unset }])),
  }
}

/** The load balancer, and what the seats have on it. */
function taggedParts(view: Scene['view'], { balancer: { found }, seats, owners, edge }: House): readonly Tagged[] {
  const listeners = new Map((found === undefined ? [] : listenersOf(view, found)).map((listener) => [listener.port, listener]))
  return [
    ...(found === undefined
      ? []
      : [
          {
            of: { kind: 'load balancer', name: found.name } as const,
            serves: owners,
            tags: found.tags,
            wanted: edge.tags,
            isAdopted: found.mark.adopted === true,
          },
        ]),
    ...seats.flatMap((seat): Tagged[] => {
      const serves = [seat.owner]
      const wanted = seat.want.want.settings.tags
      const groups = seat.groups.flatMap(({ name }): Tagged[] => {
        const part = view.targetGroups.get(name)
        return part === undefined ? [] : [{ of: { kind: 'target group', name }, serves, tags: part.tags, wanted, isAdopted: part.mark.adopted === true }]
      })
      const own = seat.listeners.flatMap(({ port }): Tagged[] => {
        const part = listeners.get(port)
        const isOwn = part?.mark.owner === undefined || part.mark.owner.uid === seat.owner.uid
        return part === undefined || found === undefined || !isOwn
          ? []
          : [{ of: { kind: 'listener', loadBalancer: found.name, port }, serves, tags: part.tags, wanted, isAdopted: part.mark.adopted === true }]
      })
      return [...groups, ...own]
    }),
  ]
}
