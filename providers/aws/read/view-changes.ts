/** How views change: pure, so that the answers to calls made side by side compose in any order. */
import { partChanges } from '../../../src/provider/kit/parts.ts'
import type { Fold } from '../../../src/provider/provider.ts'
import { readTags, type Tags, tagsOf } from '../marks.ts'
import { targetKey, sortedTargets } from './from-sdk/target-groups.ts'
import { ruleKey, sortedRules } from './from-sdk/rules.ts'
import type { AwsView, GroupRule, Mark, Target } from '../view.ts'

export type AwsFold = Fold<AwsView>

export const { put, change, remove } = partChanges<AwsView>()

/** The rules of one of our groups, or those of an instances' group that refer to ours. */
export function changeRules(id: string, to: (rules: readonly GroupRule[]) => readonly GroupRule[]): AwsFold {
  return (view) => {
    const group = view.network?.instanceGroups.get(id)
    if (view.network === undefined || group === undefined) return change('securityGroups', id, (part) => ({ ...part, rules: to(part.rules) }))(view)
    const instanceGroups = new Map(view.network.instanceGroups).set(id, { ...group, rules: to(group.rules) })
    return { ...view, network: { ...view.network, instanceGroups } }
  }
}

export function withRules(added: readonly GroupRule[]): (rules: readonly GroupRule[]) => readonly GroupRule[] {
  const keys = new Set(added.map(ruleKey))
  return (rules) => sortedRules([...rules.filter((rule) => !keys.has(ruleKey(rule))), ...added])
}

export function withoutRules(gone: readonly GroupRule[]): (rules: readonly GroupRule[]) => readonly GroupRule[] {
  const keys = new Set(gone.map(ruleKey))
  return (rules) => rules.filter((rule) => !keys.has(ruleKey(rule)))
}

/** What is not known stays unknown. */
export function changeTargets(group: string, to: (targets: readonly Target[]) => readonly Target[]): AwsFold {
  return change('targetGroups', group, (part) =>
    part.targets === undefined ? part : { ...part, targets: { ...part.targets, targets: sortedTargets(to(part.targets.targets)) } },
  )
}

export function withTargets(added: readonly Target[]): (targets: readonly Target[]) => readonly Target[] {
  const keys = new Set(added.map(targetKey))
  return (targets) => [...targets.filter((target) => !keys.has(targetKey(target))), ...added]
}

export function withoutTargets(gone: readonly Target[]): (targets: readonly Target[]) => readonly Target[] {
  const keys = new Set(gone.map(targetKey))
  return (targets) => targets.filter((target) => !keys.has(targetKey(target)))
}

/** Tags as they are after a change of some, split again into our marks and the others. */
export function retagged<T extends { readonly mark: Mark; readonly tags: Tags }>(cluster: string, set: Tags, removed: readonly string[]): (part: T) => T {
  return (part) => {
    const before = Object.entries(tagsOf(cluster, part.mark, part.tags)).filter(([key]) => !removed.includes(key))
    return { ...part, ...readTags(cluster, { ...Object.fromEntries(before), ...set }) }
  }
}
