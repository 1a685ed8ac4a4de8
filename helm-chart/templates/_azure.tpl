{{/* The settings of the provider azure, as environment variables. */}}
{{- define "fairlead.azureEnv" -}}
{{- $azure := .Values.azure }}
- name: FAIRLEAD_AZURE_CLOUD
  value: {{ $azure.cloud | quote }}
{{- with $azure.subscription }}
- name: FAIRLEAD_AZURE_SUBSCRIPTION
  value: {{ . | quote }}
{{- end }}
{{- with $azure.resourceGroup }}
- name: FAIRLEAD_AZURE_RESOURCE_GROUP
  value: {{ . | quote }}
{{- end }}
{{- with $azure.location }}
- name: FAIRLEAD_AZURE_LOCATION
  value: {{ . | quote }}
{{- end }}
- name: FAIRLEAD_AZURE_VIRTUAL_NETWORK
  value: {{ $azure.virtualNetwork | quote }}
- name: FAIRLEAD_AZURE_SUBNET
  value: {{ $azure.subnet | quote }}
- name: FAIRLEAD_AZURE_SECURITY_GROUP
  value: {{ $azure.securityGroup | quote }}
{{- with $azure.loadBalancerName }}
- name: FAIRLEAD_AZURE_LOAD_BALANCER_NAME
  value: {{ . | quote }}
{{- end }}
- name: FAIRLEAD_AZURE_RULE_LIMIT
  value: {{ int $azure.ruleLimit | quote }}
- name: FAIRLEAD_AZURE_DISABLE_OUTBOUND_SNAT
  value: {{ $azure.disableOutboundSnat | quote }}
{{- end }}

{{/* What of it cannot go together, or has no default. */}}
{{- define "fairlead.azureRefusals" -}}
{{- $values := .Values }}
{{- range $name, $what := dict "virtualNetwork" "the virtual network in which the nodes are" "subnet" "the subnet for internal addresses" "securityGroup" "the network security group of the subnet of the nodes" }}
{{- if not (get $values.azure $name) }}
{{- fail (printf "azure.%s is empty; name %s, by its name or id: --set azure.%s=NAME" $name $what $name) }}
{{- end }}
{{- end }}
{{- range $name, $annotation := dict "clientId" "azure.workload.identity/client-id" "tenantId" "azure.workload.identity/tenant-id" }}
{{- if get $values.azure $name }}
{{- if not $values.serviceAccount.create }}
{{- fail (printf "azure.%s is set and serviceAccount.create is false; annotate the service account that is there: %s, and label the Pods: --set-string 'podLabels.azure\\.workload\\.identity/use=true'" $name $annotation) }}
{{- end }}
{{- if hasKey $values.serviceAccount.annotations $annotation }}
{{- fail (printf "azure.%s and serviceAccount.annotations both say %s; keep one of them" $name $annotation) }}
{{- end }}
{{- end }}
{{- end }}
{{- if and $values.azure.tenantId (not $values.azure.clientId) }}
{{- fail "azure.tenantId is set and azure.clientId is empty; name the identity too, by its client id" }}
{{- end }}
{{- end }}
