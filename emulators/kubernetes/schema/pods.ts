/** Fields of the Pod but for its containers and volumes. The notation is explained in `notation.ts`. */
export const PODS = `
core.Pod
  metadata 1 meta.ObjectMeta+, spec 2 core.PodSpec+, status 3 core.PodStatus+
core.PodSpec
  volumes 1 []core.Volume keys=name merge=name retainKeys, initContainers 20 []core.Container keys=name merge=name,
  containers 2 []core.Container! keys=name merge=name, ephemeralContainers 34 []core.EphemeralContainer keys=name merge=name, restartPolicy 3 string,
  terminationGracePeriodSeconds 4 *int64, activeDeadlineSeconds 5 *int64, dnsPolicy 6 string, nodeSelector 7 {}string atomic,
  serviceAccountName 8 string, serviceAccount 9 string, automountServiceAccountToken 21 *bool, nodeName 10 string, hostNetwork 11 bool,
  hostPID 12 bool, hostIPC 13 bool, shareProcessNamespace 27 *bool, securityContext 14 *core.PodSecurityContext,
  imagePullSecrets 15 []core.LocalObjectReference keys=name merge=name, hostname 16 string, subdomain 17 string, affinity 18 *core.Affinity,
  schedulerName 19 string, tolerations 22 []core.Toleration, hostAliases 23 []core.HostAlias keys=ip merge=ip, priorityClassName 24 string,
  priority 25 *int32, dnsConfig 26 *core.PodDNSConfig, readinessGates 28 []core.PodReadinessGate, runtimeClassName 29 *string,
  enableServiceLinks 30 *bool, preemptionPolicy 31 *string, overhead 32 {}Quantity,
  topologySpreadConstraints 33 []core.TopologySpreadConstraint keys=topologyKey+whenUnsatisfiable merge=topologyKey, setHostnameAsFQDN 35 *bool,
  os 36 *core.PodOS, hostUsers 37 *bool, schedulingGates 38 []core.PodSchedulingGate keys=name merge=name,
  resourceClaims 39 []core.PodResourceClaim keys=name merge=name retainKeys, resources 40 *core.ResourceRequirements, hostnameOverride 41 *string,
  schedulingGroup 43 *core.PodSchedulingGroup, evictionResponders 44 []core.EvictionResponder keys=name merge=name
core.EphemeralContainer
  - 1 core.EphemeralContainerCommon inline, targetContainerName 2 string
core.EphemeralContainerCommon
  name 1 string!, image 2 string, command 3 []string, args 4 []string, workingDir 5 string,
  ports 6 []core.ContainerPort keys=containerPort+protocol merge=containerPort, envFrom 19 []core.EnvFromSource,
  env 7 []core.EnvVar keys=name merge=name, resources 8 core.ResourceRequirements+, resizePolicy 23 []core.ContainerResizePolicy,
  restartPolicy 24 *string, restartPolicyRules 25 []core.ContainerRestartRule, volumeMounts 9 []core.VolumeMount keys=mountPath merge=mountPath,
  volumeDevices 21 []core.VolumeDevice keys=devicePath merge=devicePath, livenessProbe 10 *core.Probe, readinessProbe 11 *core.Probe,
  startupProbe 22 *core.Probe, lifecycle 12 *core.Lifecycle, terminationMessagePath 13 string, terminationMessagePolicy 20 string,
  imagePullPolicy 14 string, securityContext 15 *core.SecurityContext, stdin 16 bool, stdinOnce 17 bool, tty 18 bool
core.PodSecurityContext
  seLinuxOptions 1 *core.SELinuxOptions, windowsOptions 8 *core.WindowsSecurityContextOptions, runAsUser 2 *int64, runAsGroup 6 *int64,
  runAsNonRoot 3 *bool, supplementalGroups 4 []int64, supplementalGroupsPolicy 12 *string, fsGroup 5 *int64, sysctls 7 []core.Sysctl,
  fsGroupChangePolicy 9 *string, seccompProfile 10 *core.SeccompProfile, appArmorProfile 11 *core.AppArmorProfile, seLinuxChangePolicy 13 *string
core.Sysctl
  name 1 string!, value 2 string!
core.Affinity
  nodeAffinity 1 *core.NodeAffinity, podAffinity 2 *core.PodAffinity, podAntiAffinity 3 *core.PodAntiAffinity
core.NodeAffinity
  requiredDuringSchedulingIgnoredDuringExecution 1 *core.NodeSelector,
  preferredDuringSchedulingIgnoredDuringExecution 2 []core.PreferredSchedulingTerm
core.NodeSelector atomic
  nodeSelectorTerms 1 []core.NodeSelectorTerm!
core.NodeSelectorTerm atomic
  matchExpressions 1 []core.NodeSelectorRequirement, matchFields 2 []core.NodeSelectorRequirement
core.NodeSelectorRequirement
  key 1 string!, operator 2 string!, values 3 []string
core.PreferredSchedulingTerm
  weight 1 int32!, preference 2 core.NodeSelectorTerm!
core.PodAffinity
  requiredDuringSchedulingIgnoredDuringExecution 1 []core.PodAffinityTerm,
  preferredDuringSchedulingIgnoredDuringExecution 2 []core.WeightedPodAffinityTerm
core.PodAffinityTerm
  labelSelector 1 *meta.LabelSelector, namespaces 2 []string, topologyKey 3 string!, namespaceSelector 4 *meta.LabelSelector,
  matchLabelKeys 5 []string, mismatchLabelKeys 6 []string
core.WeightedPodAffinityTerm
  weight 1 int32!, podAffinityTerm 2 core.PodAffinityTerm!
core.PodAntiAffinity
  requiredDuringSchedulingIgnoredDuringExecution 1 []core.PodAffinityTerm,
  preferredDuringSchedulingIgnoredDuringExecution 2 []core.WeightedPodAffinityTerm
core.Toleration
  key 1 string, operator 2 string, value 3 string, effect 4 string, tolerationSeconds 5 *int64
core.HostAlias
  ip 1 string!, hostnames 2 []string
core.PodDNSConfig
  nameservers 1 []string, searches 2 []string, options 3 []core.PodDNSConfigOption
core.PodDNSConfigOption
  name 1 string, value 2 *string
core.PodReadinessGate
  conditionType 1 string!
core.TopologySpreadConstraint
  maxSkew 1 int32!, topologyKey 2 string!, whenUnsatisfiable 3 string!, labelSelector 4 *meta.LabelSelector, minDomains 5 *int32,
  nodeAffinityPolicy 6 *string, nodeTaintsPolicy 7 *string, matchLabelKeys 8 []string
core.PodOS
  name 1 string!
core.PodSchedulingGate
  name 1 string!
core.PodResourceClaim
  name 1 string!, resourceClaimName 3 *string, resourceClaimTemplateName 4 *string
core.PodSchedulingGroup
  podGroupName 1 *string
core.EvictionResponder atomic
  name 1 string!, priority 2 *int32!
core.PodStatus
  observedGeneration 17 int64, phase 1 string, conditions 2 []core.PodCondition keys=type merge=type, message 3 string, reason 4 string,
  nominatedNodeName 11 string, hostIP 5 string, hostIPs 16 []core.HostIP merge=ip, podIP 6 string, podIPs 12 []core.PodIP keys=ip merge=ip,
  startTime 7 *Time, initContainerStatuses 10 []core.ContainerStatus, containerStatuses 8 []core.ContainerStatus, qosClass 9 string,
  ephemeralContainerStatuses 13 []core.ContainerStatus, resize 14 string,
  resourceClaimStatuses 15 []core.PodResourceClaimStatus keys=name merge=name retainKeys,
  extendedResourceClaimStatus 18 *core.PodExtendedResourceClaimStatus, allocatedResources 19 {}Quantity, resources 20 *core.ResourceRequirements,
  nodeAllocatableResourceClaimStatuses 21 []core.NodeAllocatableResourceClaimStatus keys=resourceClaimName merge=resourceClaimName,
  volumeHealth 22 []core.PodVolumeHealth keys=name
core.PodCondition
  type 1 string!, observedGeneration 7 int64, status 2 string!, lastProbeTime 3 Time+, lastTransitionTime 4 Time+, reason 5 string, message 6 string
core.HostIP
  ip 1 string!
core.PodIP
  ip 1 string!
core.ContainerStatus
  name 1 string!, state 2 core.ContainerState+, lastState 3 core.ContainerState+, ready 4 bool!, restartCount 5 int32!, image 6 string!,
  imageID 7 string!, containerID 8 string, started 9 *bool, allocatedResources 10 {}Quantity, resources 11 *core.ResourceRequirements,
  volumeMounts 12 []core.VolumeMountStatus keys=mountPath merge=mountPath, user 13 *core.ContainerUser,
  allocatedResourcesStatus 14 []core.ResourceStatus keys=name merge=name, stopSignal 15 *string
core.ContainerState
  waiting 1 *core.ContainerStateWaiting, running 2 *core.ContainerStateRunning, terminated 3 *core.ContainerStateTerminated
core.ContainerStateWaiting
  reason 1 string, message 2 string
core.ContainerStateRunning
  startedAt 1 Time+
core.ContainerStateTerminated
  exitCode 1 int32!, signal 2 int32, reason 3 string, message 4 string, startedAt 5 Time+, finishedAt 6 Time+, containerID 7 string
core.VolumeMountStatus
  name 1 string!, mountPath 2 string!, readOnly 3 bool, recursiveReadOnly 4 *string, volumeStatus 5 *core.VolumeStatus
core.VolumeStatus
  image 1 *core.ImageVolumeStatus
core.ImageVolumeStatus
  imageRef 1 string
core.ContainerUser
  linux 1 *core.LinuxContainerUser
core.LinuxContainerUser
  uid 1 int64!, gid 2 int64!, supplementalGroups 3 []int64
core.ResourceStatus
  name 1 string!, resources 2 []core.ResourceHealth keys=resourceID
core.ResourceHealth
  resourceID 1 string!, health 2 string, message 6 *string
core.PodResourceClaimStatus
  name 1 string!, resourceClaimName 2 *string
core.PodExtendedResourceClaimStatus
  requestMappings 1 []core.ContainerExtendedResourceRequest!, resourceClaimName 2 string!
core.ContainerExtendedResourceRequest
  containerName 1 string!, resourceName 2 string!, requestName 3 string!
core.NodeAllocatableResourceClaimStatus
  resourceClaimName 1 string!, containers 2 []string set, mapping 4 []core.NodeAllocatableMappedResources keys=name merge=name,
  overhead 5 []core.NodeAllocatableOverheadResources keys=name merge=name
core.NodeAllocatableMappedResources
  name 1 string!, quantity 2 *Quantity!
core.NodeAllocatableOverheadResources
  name 1 string!, perPod 2 *Quantity, perContainer 3 *Quantity
core.PodVolumeHealth
  name 1 string!, healthConditions 2 []core.VolumeHealthCondition keys=status+reason merge=status, lastTransitionTime 3 Time+
core.VolumeHealthCondition
  status 1 string!, reason 2 string!, message 3 string
`
