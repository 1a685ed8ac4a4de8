/** Fields of the Node. The notation is explained in `notation.ts`. */
export const NODES = `
core.Node
  metadata 1 meta.ObjectMeta+, spec 2 core.NodeSpec+, status 3 core.NodeStatus+
core.NodeSpec
  podCIDR 1 string, podCIDRs 7 []string set merge, providerID 3 string, unschedulable 4 bool, taints 5 []core.Taint,
  configSource 6 *core.NodeConfigSource, externalID 2 string, podPreemptionPolicy 8 *core.NodePodPreemptionPolicy
core.Taint
  key 1 string!, value 2 string, effect 3 string!, timeAdded 4 *Time
core.NodeConfigSource
  configMap 2 *core.ConfigMapNodeConfigSource
core.ConfigMapNodeConfigSource
  namespace 1 string!, name 2 string!, uid 3 string, resourceVersion 4 string, kubeletConfigKey 5 string!
core.NodePodPreemptionPolicy
  disableResizePreemption 1 []string set
core.NodeStatus
  capacity 1 {}Quantity, allocatable 2 {}Quantity, phase 3 string, conditions 4 []core.NodeCondition keys=type merge=type,
  addresses 5 []core.NodeAddress keys=type merge=type, daemonEndpoints 6 core.NodeDaemonEndpoints+, nodeInfo 7 core.NodeSystemInfo+,
  images 8 []core.ContainerImage, volumesInUse 9 []string, volumesAttached 10 []core.AttachedVolume, config 11 *core.NodeConfigStatus,
  runtimeHandlers 12 []core.NodeRuntimeHandler, features 13 *core.NodeFeatures, declaredFeatures 14 []string
core.NodeCondition
  type 1 string!, status 2 string!, lastHeartbeatTime 3 Time+, lastTransitionTime 4 Time+, reason 5 string, message 6 string
core.NodeAddress
  type 1 string!, address 2 string!
core.NodeDaemonEndpoints
  kubeletEndpoint 1 core.DaemonEndpoint+
core.DaemonEndpoint
  Port 1 int32!
core.NodeSystemInfo
  machineID 1 string!, systemUUID 2 string!, bootID 3 string!, kernelVersion 4 string!, osImage 5 string!, containerRuntimeVersion 6 string!,
  kubeletVersion 7 string!, kubeProxyVersion 8 string!, operatingSystem 9 string!, architecture 10 string!, swap 11 *core.NodeSwapStatus
core.NodeSwapStatus
  capacity 1 *int64
core.ContainerImage
  names 1 []string!, sizeBytes 2 int64
core.AttachedVolume
  name 1 string!, devicePath 2 string!
core.NodeConfigStatus
  assigned 1 *core.NodeConfigSource, active 2 *core.NodeConfigSource, lastKnownGood 3 *core.NodeConfigSource, error 4 string
core.NodeRuntimeHandler
  name 1 string!, features 2 *core.NodeRuntimeHandlerFeatures
core.NodeRuntimeHandlerFeatures
  recursiveReadOnlyMounts 1 *bool, userNamespaces 2 *bool
core.NodeFeatures
  supplementalGroupsPolicy 1 *bool
`
