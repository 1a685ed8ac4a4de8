{{/* The settings of the provider gcp, as environment variables. */}}
{{- define "fairlead.gcpEnv" -}}
{{- $gcp := .Values.gcp }}
{{- range $name := list "project" "region" "network" "subnetwork" }}
{{- with get $gcp $name }}
- name: FAIRLEAD_GCP_{{ upper $name }}
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* What of it cannot go together. */}}
{{- define "fairlead.gcpRefusals" -}}
{{- $values := .Values }}
{{- if and $values.gcp.nodeTags $values.gcp.nodeServiceAccounts }}
{{- fail "gcp.nodeTags and gcp.nodeServiceAccounts are both set; allowed: one of them, as a firewall rule has one kind of target" }}
{{- end }}
{{- if $values.gcp.serviceAccount }}
{{- if not $values.serviceAccount.create }}
{{- fail "gcp.serviceAccount is set and serviceAccount.create is false; annotate the service account that is there: iam.gke.io/gcp-service-account" }}
{{- end }}
{{- if hasKey $values.serviceAccount.annotations "iam.gke.io/gcp-service-account" }}
{{- fail "gcp.serviceAccount and serviceAccount.annotations both say iam.gke.io/gcp-service-account; keep one of them" }}
{{- end }}
{{- if not $values.gcp.network }}
{{- fail "gcp.serviceAccount is set and gcp.network is empty; with a workload identity the metadata server does not say the network: name it, by its name or id: --set gcp.network=NAME" }}
{{- end }}
{{- end }}
{{- end }}
