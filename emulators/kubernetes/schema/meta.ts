/** Fields that every object has, and the parts many kinds share. The notation is explained in `notation.ts`. */
export const META = `
meta.ObjectMeta
  name 1 string, generateName 2 string, namespace 3 string, selfLink 4 string, uid 5 string, resourceVersion 6 string, generation 7 int64,
  creationTimestamp 8 Time, deletionTimestamp 9 *Time, deletionGracePeriodSeconds 10 *int64, labels 11 {}string, annotations 12 {}string,
  ownerReferences 13 []meta.OwnerReference keys=uid merge=uid, finalizers 14 []string set merge, managedFields 17 []meta.ManagedFieldsEntry
meta.OwnerReference atomic
  apiVersion 5 string!, kind 1 string!, name 3 string!, uid 4 string!, controller 6 *bool, blockOwnerDeletion 7 *bool
meta.ManagedFieldsEntry
  manager 1 string, operation 2 string, apiVersion 3 string, time 4 *Time, fieldsType 6 string, fieldsV1 7 *FieldsV1, subresource 8 string
meta.LabelSelector atomic
  matchLabels 1 {}string, matchExpressions 2 []meta.LabelSelectorRequirement
meta.LabelSelectorRequirement
  key 1 string!, operator 2 string!, values 3 []string
meta.FieldSelectorRequirement
  key 1 string!, operator 2 string!, values 3 []string
meta.Condition
  type 1 string!, status 2 string!, observedGeneration 3 int64, lastTransitionTime 4 Time!, reason 5 string!, message 6 string!
meta.DeleteOptions
  gracePeriodSeconds 1 *int64, preconditions 2 *meta.Preconditions, orphanDependents 3 *bool, propagationPolicy 4 *string, dryRun 5 []string,
  ignoreStoreReadErrorWithClusterBreakingPotential 6 *bool
meta.Preconditions
  uid 1 *string, resourceVersion 2 *string
`
