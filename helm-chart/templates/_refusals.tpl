{{/* What no schema can say: values that do not go together, and those that have no default. */}}
{{- define "fairlead.refusals" -}}
{{- $values := .Values }}
{{- if not $values.providers }}
{{- fail "providers is empty; name the providers to enable, one or more of aws, azure, gcp, local: --set 'providers={aws}'" }}
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
{{- if has "local" $values.providers }}
{{- if not $values.local.hostNetwork }}
{{- fail (printf "providers is %s and local.hostNetwork is false; the load balancers of the provider local would listen inside their own Pod, where no client reaches them: install the provider local as a release of its own, with --set 'providers={local}' --set local.hostNetwork=true" (join ", " $values.providers)) }}
{{- end }}
{{- if not $values.local.addressPools }}
{{- fail "local.hostNetwork is true and local.addressPools is empty; the default pool is a loopback range, which only the node itself reaches: name addresses that are on a network interface of the node, --set 'local.addressPools={192.0.2.0/28}'" }}
{{- end }}
{{- if not (omit $values.nodeSelector "kubernetes.io/os" "kubernetes.io/arch") }}
{{- fail "local.hostNetwork is true and nodeSelector chooses no node; the addresses of local.addressPools are on one node, and the load balancers answer only where the Pod runs: name that node, --set 'nodeSelector.kubernetes\\.io/hostname=NODE'" }}
{{- end }}
{{- if gt (int (include "fairlead.replicas" .)) 1 }}
{{- fail (printf "local.hostNetwork is true and replicaCount is %d; allowed: 1, because an address answers at one node only, and a second copy could not take it over: leave replicaCount unset" (int $values.replicaCount)) }}
{{- end }}
{{- end }}
{{- if has "azure" $values.providers }}
{{- include "fairlead.azureRefusals" . }}
{{- end }}
{{- if has "gcp" $values.providers }}
{{- include "fairlead.gcpRefusals" . }}
{{- end }}
{{- range $label, $_ := $values.podLabels }}
{{- if or (hasPrefix "app.kubernetes.io/" $label) (hasPrefix "helm.sh/" $label) }}
{{- fail (printf "podLabels has %s; allowed: any label that is not under app.kubernetes.io/ or helm.sh/, by which the Pods are found" $label) }}
{{- end }}
{{- end }}
{{- if and $values.networkPolicy.enabled (has "local" $values.providers) }}
{{- fail (printf "networkPolicy.enabled is true and providers is %s; allowed: only without the provider local, whose backends may be anywhere" (join ", " $values.providers)) }}
{{- end }}
{{- if and (or $values.metrics.serviceMonitor.enabled $values.metrics.prometheusRule.enabled) (not $values.metrics.service.enabled) }}
{{- fail "metrics.serviceMonitor.enabled or metrics.prometheusRule.enabled is true and metrics.service.enabled is false; they go by that Service" }}
{{- end }}
{{- if and $values.metrics.serviceMonitor.enabled (not (include "fairlead.metricsAreReachable" .)) }}
{{- fail (printf "metrics.serviceMonitor.enabled is true and the metrics answer at %s only; Prometheus reaches them at another address of the node: --set metrics.address=ADDRESS, which every client that reaches the node's address can then read" (include "fairlead.httpHost" .)) }}
{{- end }}
{{- if include "fairlead.dashboardIsReachable" . }}
{{- if $values.local.hostNetwork }}
{{- fail "dashboard.service.enabled and local.hostNetwork are true; every client that reaches the node's address would reach the dashboard: leave dashboard.service.enabled false, and use kubectl port-forward" }}
{{- end }}
{{- if not (or $values.dashboard.tokenReview $values.dashboard.tokenSecret) }}
{{- fail "dashboard.service.enabled is true and no token is asked for; set dashboard.tokenReview to true, or name a Secret: --set dashboard.tokenSecret=NAME" }}
{{- end }}
{{- if eq (int $values.dashboard.port) (int $values.metrics.port) }}
{{- fail (printf "dashboard.port and metrics.port are both %d; name two ports" (int $values.metrics.port)) }}
{{- end }}
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
