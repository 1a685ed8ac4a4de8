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

{{- define "fairlead.image" -}}
{{- with .Values.image }}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ default $.Chart.AppVersion .tag }}{{ end }}
{{- end }}
{{- end }}

{{/* What no schema can say: values that do not go together, and those that have no default. */}}
{{- define "fairlead.refusals" -}}
{{- $values := .Values }}
{{- if not $values.providers }}
{{- fail "providers is empty; name the clouds to work on, one or more of aws, local: --set 'providers={aws}'" }}
{{- end }}
{{- if not $values.image.repository }}
{{- fail "image.repository is empty; no image is published yet: build it with the project's Dockerfile, push it where the cluster finds it, and name it: --set image.repository=REGISTRY/fairlead" }}
{{- end }}
{{- if and $values.defaultClass (not (has $values.defaultClass $values.providers)) }}
{{- fail (printf "defaultClass is %q; allowed: one of providers, %s" $values.defaultClass (join ", " $values.providers)) }}
{{- end }}
{{- if and $values.local.hostNetwork (ne (join "," $values.providers) "local") }}
{{- fail (printf "local.hostNetwork is true and providers is %s; allowed: only with the provider local alone, because no other one needs the node's network" (join ", " $values.providers)) }}
{{- end }}
{{- if and $values.networkPolicy.enabled (has "local" $values.providers) }}
{{- fail (printf "networkPolicy.enabled is true and providers is %s; allowed: only without the provider local, whose backends may be anywhere" (join ", " $values.providers)) }}
{{- end }}
{{- if and (or $values.metrics.serviceMonitor.enabled $values.metrics.prometheusRule.enabled) (not $values.metrics.service.enabled) }}
{{- fail "metrics.serviceMonitor.enabled or metrics.prometheusRule.enabled is true and metrics.service.enabled is false; they go by that Service" }}
{{- end }}
{{- if and (not $values.serviceAccount.create) (not $values.serviceAccount.name) }}
{{- fail "serviceAccount.create is false and serviceAccount.name is empty; name the service account that is there" }}
{{- end }}
{{- if $values.aws.roleArn }}
{{- if not $values.serviceAccount.create }}
{{- fail "aws.roleArn is set and serviceAccount.create is false; annotate the service account that is there: eks.amazonaws.com/role-arn" }}
{{- end }}
{{- if hasKey $values.serviceAccount.annotations "eks.amazonaws.com/role-arn" }}
{{- fail "aws.roleArn and serviceAccount.annotations both name a role (eks.amazonaws.com/role-arn); keep one of them" }}
{{- end }}
{{- end }}
{{- end }}

{{/* The program's arguments, one a line. */}}
{{- define "fairlead.args" -}}
{{- $values := .Values }}
- run
{{- range $values.providers }}
- {{ printf "--providers=%s" . | quote }}
{{- end }}
{{- with $values.defaultClass }}
- {{ printf "--default-class=%s" . | quote }}
{{- end }}
- {{ printf "--default-scheme=%s" $values.defaultScheme | quote }}
{{- with $values.clusterId }}
- {{ printf "--cluster-id=%s" . | quote }}
{{- end }}
{{- range $values.shareAcrossNamespaces }}
- {{ printf "--share-across-namespaces=%s" . | quote }}
{{- end }}
{{- if $values.dryRun }}
- --dry-run
{{- end }}
{{- if $values.neverDelete }}
- --never-delete
{{- end }}
- {{ printf "--drift-interval=%v" $values.driftInterval | quote }}
- {{ printf "--concurrency=%d" (int $values.concurrency) | quote }}
- {{ printf "--lease-name=%s" (include "fairlead.fullname" .) | quote }}
- {{ printf "--http=:%d" (int $values.metrics.port) | quote }}
- {{ printf "--log-format=%s" $values.log.format | quote }}
- {{ printf "--log-level=%s" $values.log.level | quote }}
{{- if has "local" $values.providers }}
{{- range $values.local.addressPools }}
- {{ printf "--address-pool=%s" . | quote }}
{{- end }}
{{- range $values.local.networkMap }}
- {{ printf "--network-map=%s" . | quote }}
{{- end }}
- {{ printf "--port-offset=%d" (int $values.local.portOffset) | quote }}
- {{ printf "--reach=%s" $values.local.reach | quote }}
{{- end }}
{{- range $values.extraArgs }}
- {{ . | quote }}
{{- end }}
{{- end }}
