{{/* What beyond the Pod asks for the dashboard has to show a token. */}}
{{- define "fairlead.dashboardArgs" }}
{{- with .Values.dashboard }}
{{- if not .enabled }}
- --dashboard=off
{{- else }}
- {{ printf "--dashboard=%s:%d" (ternary "" "127.0.0.1" .service.enabled) (int .port) | quote }}
{{- if .service.enabled }}
{{- if .tokenReview }}
- --dashboard-token-review
{{- end }}
{{- if .tokenSecret }}
- --dashboard-token-file=/etc/fairlead/dashboard/token
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* "true" where the dashboard has a Service. */}}
{{- define "fairlead.dashboardIsReachable" -}}
{{- if and .Values.dashboard.enabled .Values.dashboard.service.enabled }}true{{ end }}
{{- end }}

{{/* The Secret with its token; empty: none is mounted. */}}
{{- define "fairlead.dashboardSecret" -}}
{{- if include "fairlead.dashboardIsReachable" . }}{{ .Values.dashboard.tokenSecret }}{{ end }}
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
{{- if $values.policy.rules }}
- --policy-file=/etc/fairlead/policy/policy.yaml
{{- end }}
{{- if $values.dryRun }}
- --dry-run
{{- end }}
{{- if $values.upstreamFinalizer }}
- --upstream-finalizer
{{- end }}
{{- if $values.neverDelete }}
- --never-delete
{{- end }}
{{- if not $values.readinessGates }}
- --no-readiness-gates
{{- end }}
- {{ printf "--drift-interval=%v" $values.driftInterval | quote }}
- {{ printf "--orphan-grace=%v" $values.orphanGrace | quote }}
- {{ printf "--concurrency=%d" (int $values.concurrency) | quote }}
- {{ printf "--lease-name=%s" (include "fairlead.fullname" .) | quote }}
{{- $host := include "fairlead.httpHost" . }}
- {{ printf "--http=%s:%d" (ternary (printf "[%s]" $host) $host (contains ":" $host)) (int $values.metrics.port) | quote }}
{{- include "fairlead.dashboardArgs" . }}
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
{{- if has "azure" $values.providers }}
{{- range $values.azure.moreLoadBalancers }}
- {{ printf "--azure-more-load-balancers=%s" . | quote }}
{{- end }}
{{- range $values.azure.zones }}
- {{ printf "--azure-zones=%s" . | quote }}
{{- end }}
{{- end }}
{{- if has "gcp" $values.providers }}
{{- range $values.gcp.nodeTags }}
- {{ printf "--gcp-node-tags=%s" . | quote }}
{{- end }}
{{- range $values.gcp.nodeServiceAccounts }}
- {{ printf "--gcp-node-service-accounts=%s" . | quote }}
{{- end }}
{{- end }}
{{- range $values.extraArgs }}
- {{ . | quote }}
{{- end }}
{{- end }}
