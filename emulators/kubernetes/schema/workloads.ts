/** Fields of Deployment and ReplicaSet. The notation is explained in `notation.ts`. */
export const WORKLOADS = `
apps.Deployment
  metadata 1 meta.ObjectMeta+, spec 2 apps.DeploymentSpec+, status 3 apps.DeploymentStatus+
apps.DeploymentSpec
  replicas 1 *int32, selector 2 *meta.LabelSelector!, template 3 core.PodTemplateSpec!, strategy 4 apps.DeploymentStrategy+ retainKeys,
  minReadySeconds 5 int32, revisionHistoryLimit 6 *int32, paused 7 bool, progressDeadlineSeconds 9 *int32
core.PodTemplateSpec
  metadata 1 meta.ObjectMeta+, spec 2 core.PodSpec+
apps.DeploymentStrategy
  type 1 string, rollingUpdate 2 *apps.RollingUpdateDeployment
apps.RollingUpdateDeployment
  maxUnavailable 1 *IntOrString, maxSurge 2 *IntOrString
apps.DeploymentStatus
  observedGeneration 1 int64, replicas 2 int32, updatedReplicas 3 int32, readyReplicas 7 int32, availableReplicas 4 int32,
  unavailableReplicas 5 int32, terminatingReplicas 9 *int32, conditions 6 []apps.DeploymentCondition keys=type merge=type, collisionCount 8 *int32
apps.DeploymentCondition
  type 1 string!, status 2 string!, lastUpdateTime 6 Time+, lastTransitionTime 7 Time+, reason 4 string, message 5 string
apps.ReplicaSet
  metadata 1 meta.ObjectMeta+, spec 2 apps.ReplicaSetSpec+, status 3 apps.ReplicaSetStatus+
apps.ReplicaSetSpec
  replicas 1 *int32, minReadySeconds 4 int32, selector 2 *meta.LabelSelector!, template 3 core.PodTemplateSpec+
apps.ReplicaSetStatus
  replicas 1 int32!, fullyLabeledReplicas 2 int32, readyReplicas 4 int32, availableReplicas 5 int32, terminatingReplicas 7 *int32,
  observedGeneration 3 int64, conditions 6 []apps.ReplicaSetCondition keys=type merge=type
apps.ReplicaSetCondition
  type 1 string!, status 2 string!, lastTransitionTime 3 Time+, reason 4 string, message 5 string
`
