/** Fields of a container of a Pod. The notation is explained in `notation.ts`. */
export const CONTAINERS = `
core.Container
  name 1 string!, image 2 string, command 3 []string, args 4 []string, workingDir 5 string,
  ports 6 []core.ContainerPort keys=containerPort+protocol merge=containerPort, envFrom 19 []core.EnvFromSource,
  env 7 []core.EnvVar keys=name merge=name, resources 8 core.ResourceRequirements+, resizePolicy 23 []core.ContainerResizePolicy,
  restartPolicy 24 *string, restartPolicyRules 25 []core.ContainerRestartRule, volumeMounts 9 []core.VolumeMount keys=mountPath merge=mountPath,
  volumeDevices 21 []core.VolumeDevice keys=devicePath merge=devicePath, livenessProbe 10 *core.Probe, readinessProbe 11 *core.Probe,
  startupProbe 22 *core.Probe, lifecycle 12 *core.Lifecycle, terminationMessagePath 13 string, terminationMessagePolicy 20 string,
  imagePullPolicy 14 string, securityContext 15 *core.SecurityContext, stdin 16 bool, stdinOnce 17 bool, tty 18 bool
core.ContainerPort
  name 1 string, hostPort 2 int32, containerPort 3 int32!, protocol 4 string default=TCP, hostIP 5 string
core.EnvFromSource
  prefix 1 string, configMapRef 2 *core.ConfigMapEnvSource, secretRef 3 *core.SecretEnvSource
core.ConfigMapEnvSource
  - 1 core.LocalObjectReference inline, optional 2 *bool
core.SecretEnvSource
  - 1 core.LocalObjectReference inline, optional 2 *bool
core.EnvVar
  name 1 string!, value 2 string, valueFrom 3 *core.EnvVarSource
core.EnvVarSource
  fieldRef 1 *core.ObjectFieldSelector, resourceFieldRef 2 *core.ResourceFieldSelector, configMapKeyRef 3 *core.ConfigMapKeySelector,
  secretKeyRef 4 *core.SecretKeySelector, fileKeyRef 5 *core.FileKeySelector
core.ConfigMapKeySelector atomic
  - 1 core.LocalObjectReference inline, key 2 string!, optional 3 *bool
core.SecretKeySelector atomic
  - 1 core.LocalObjectReference inline, key 2 string!, optional 3 *bool
core.FileKeySelector atomic
  volumeName 1 string!, path 2 string!, key 3 string!, optional 4 *bool default=false
core.ResourceRequirements
  limits 1 {}Quantity, requests 2 {}Quantity, claims 3 []core.ResourceClaim keys=name
core.ResourceClaim
  name 1 string!, request 2 string
core.ContainerResizePolicy
  resourceName 1 string!, restartPolicy 2 string!
core.ContainerRestartRule
  action 1 string, exitCodes 2 *core.ContainerRestartRuleOnExitCodes
core.ContainerRestartRuleOnExitCodes
  operator 1 string, values 2 []int32 set
core.VolumeMount
  name 1 string!, readOnly 2 bool, recursiveReadOnly 7 *string, mountPath 3 string!, subPath 4 string, mountPropagation 5 *string,
  subPathExpr 6 string, bindMountOptions 8 []string set
core.VolumeDevice
  name 1 string!, devicePath 2 string!
core.Probe
  - 1 core.ProbeHandler inline, initialDelaySeconds 2 int32, timeoutSeconds 3 int32, periodSeconds 4 int32, successThreshold 5 int32,
  failureThreshold 6 int32, terminationGracePeriodSeconds 7 *int64
core.ProbeHandler
  exec 1 *core.ExecAction, httpGet 2 *core.HTTPGetAction, tcpSocket 3 *core.TCPSocketAction, grpc 4 *core.GRPCAction
core.ExecAction
  command 1 []string
core.HTTPGetAction
  path 1 string, port 2 IntOrString!, host 3 string, scheme 4 string, httpHeaders 5 []core.HTTPHeader, protocol 6 *string
core.HTTPHeader
  name 1 string!, value 2 string!
core.TCPSocketAction
  port 1 IntOrString!, host 2 string
core.GRPCAction
  port 1 int32!, service 2 *string! default=, mode 3 *string
core.Lifecycle
  postStart 1 *core.LifecycleHandler, preStop 2 *core.LifecycleHandler, stopSignal 3 *string
core.LifecycleHandler
  exec 1 *core.ExecAction, httpGet 2 *core.HTTPGetAction, tcpSocket 3 *core.TCPSocketAction, sleep 4 *core.SleepAction
core.SleepAction
  seconds 1 int64!
core.SecurityContext
  capabilities 1 *core.Capabilities, privileged 2 *bool, seLinuxOptions 3 *core.SELinuxOptions, windowsOptions 10 *core.WindowsSecurityContextOptions,
  runAsUser 4 *int64, runAsGroup 8 *int64, runAsNonRoot 5 *bool, readOnlyRootFilesystem 6 *bool, allowPrivilegeEscalation 7 *bool,
  procMount 9 *string, seccompProfile 11 *core.SeccompProfile, appArmorProfile 12 *core.AppArmorProfile
core.Capabilities
  add 1 []string, drop 2 []string
core.SELinuxOptions
  user 1 string, role 2 string, type 3 string, level 4 string
core.WindowsSecurityContextOptions
  gmsaCredentialSpecName 1 *string, gmsaCredentialSpec 2 *string, runAsUserName 3 *string, hostProcess 4 *bool
core.SeccompProfile
  type 1 string!, localhostProfile 2 *string
core.AppArmorProfile
  type 1 string!, localhostProfile 2 *string
`
