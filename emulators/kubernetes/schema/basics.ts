/** Fields of the small kinds: ConfigMap, Secret, ServiceAccount, Namespace, Event, Lease, Binding, Scale. The notation is explained in `notation.ts`. */
export const BASICS = `
core.ConfigMap
  metadata 1 meta.ObjectMeta+, immutable 4 *bool, data 2 {}string, binaryData 3 {}bytes
core.Secret
  metadata 1 meta.ObjectMeta+, immutable 5 *bool, data 2 {}bytes, stringData 4 {}string, type 3 string
core.ServiceAccount
  metadata 1 meta.ObjectMeta+, secrets 2 []core.ObjectReference keys=name merge=name, imagePullSecrets 3 []core.LocalObjectReference,
  automountServiceAccountToken 4 *bool
core.ObjectReference atomic
  kind 1 string, namespace 2 string, name 3 string, uid 4 string, apiVersion 5 string, resourceVersion 6 string, fieldPath 7 string
core.LocalObjectReference atomic
  name 1 string default=
core.Namespace
  metadata 1 meta.ObjectMeta+, spec 2 core.NamespaceSpec+, status 3 core.NamespaceStatus+
core.NamespaceSpec
  finalizers 1 []string
core.NamespaceStatus
  phase 1 string, conditions 2 []core.NamespaceCondition keys=type merge=type
core.NamespaceCondition
  type 1 string!, status 2 string!, lastTransitionTime 4 Time+, reason 5 string, message 6 string
core.Event
  metadata 1 meta.ObjectMeta!, involvedObject 2 core.ObjectReference!, reason 3 string, message 4 string, source 5 core.EventSource+,
  firstTimestamp 6 Time+, lastTimestamp 7 Time+, count 8 int32, type 9 string, eventTime 10 MicroTime+, series 11 *core.EventSeries, action 12 string,
  related 13 *core.ObjectReference, reportingComponent 14 string!, reportingInstance 15 string!
core.EventSource
  component 1 string, host 2 string
core.EventSeries
  count 1 int32, lastObservedTime 2 MicroTime+
core.Binding
  metadata 1 meta.ObjectMeta+, target 2 core.ObjectReference!
coordination.Lease
  metadata 1 meta.ObjectMeta+, spec 2 coordination.LeaseSpec+
coordination.LeaseSpec
  holderIdentity 1 *string, leaseDurationSeconds 2 *int32, acquireTime 3 *MicroTime, renewTime 4 *MicroTime, leaseTransitions 5 *int32,
  strategy 6 *string, preferredHolder 7 *string
events.Event
  metadata 1 meta.ObjectMeta!, eventTime 2 MicroTime!, series 3 *events.EventSeries, reportingController 4 string, reportingInstance 5 string,
  action 6 string, reason 7 string, regarding 8 core.ObjectReference+, related 9 *core.ObjectReference, note 10 string, type 11 string,
  deprecatedSource 12 core.EventSource+, deprecatedFirstTimestamp 13 Time+, deprecatedLastTimestamp 14 Time+, deprecatedCount 15 int32
events.EventSeries
  count 1 int32!, lastObservedTime 2 MicroTime!
autoscaling.Scale
  metadata 1 meta.ObjectMeta+, spec 2 autoscaling.ScaleSpec+, status 3 autoscaling.ScaleStatus+
autoscaling.ScaleSpec
  replicas 1 int32 default=0
autoscaling.ScaleStatus
  replicas 1 int32!, selector 2 string
`
