{{- define "fairlead.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "fairlead.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "fairlead.selectorLabels" -}}
app.kubernetes.io/name: {{ include "fairlead.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "fairlead.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "fairlead.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: controller
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "fairlead.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "fairlead.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{/* One copy on the node's network: its addresses are on one node, and a second copy there would have no free port. */}}
{{- define "fairlead.replicas" -}}
{{- if kindIs "invalid" .Values.replicaCount }}{{ ternary 1 2 .Values.local.hostNetwork }}{{ else }}{{ int .Values.replicaCount }}{{ end }}
{{- end }}

{{/* Where the program answers probes and metrics; empty: on every address of the Pod. On the node's network that would be every address of the node. */}}
{{- define "fairlead.httpHost" -}}
{{- default (ternary "127.0.0.1" "" .Values.local.hostNetwork) .Values.metrics.address }}
{{- end }}

{{/* "true" when Prometheus can reach the metrics from outside the Pod. */}}
{{- define "fairlead.metricsAreReachable" -}}
{{- $host := include "fairlead.httpHost" . }}
{{- if not (or (hasPrefix "127." $host) (eq $host "::1")) }}true{{ end }}
{{- end }}

{{/* Without a host the kubelet asks at the Pod's address. */}}
{{- define "fairlead.probeHost" -}}
{{- $host := include "fairlead.httpHost" . }}
{{- if and $host (ne $host "::") (ne $host "0.0.0.0") }}host: {{ $host | quote }}{{ end }}
{{- end }}

{{- define "fairlead.image" -}}
{{- with .Values.image }}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ default $.Chart.AppVersion .tag }}{{ end }}
{{- end }}
{{- end }}

{{/* Who a Pod runs as, as the Pod Security Standard "restricted" has it. */}}
{{- define "fairlead.podSecurityContext" -}}
runAsNonRoot: true
{{- if not (kindIs "invalid" .Values.runAsUser) }}
runAsUser: {{ int .Values.runAsUser }}
runAsGroup: {{ int .Values.runAsUser }}
fsGroup: {{ int .Values.runAsUser }}
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "fairlead.containerSecurityContext" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* Not empty when a rule of the policy chooses namespaces by label. */}}
{{- define "fairlead.policyUsesLabels" -}}
{{- range .Values.policy.rules }}{{ if (.namespaces | default dict).labels }}yes{{ end }}{{ end }}
{{- end }}
