{{/* Not empty when an uninstall ends the Pods before the roles are deleted. */}}
{{- define "fairlead.hasUninstallHook" -}}
{{- if and .Values.uninstallHook.enabled .Values.rbac.create }}true{{ end }}
{{- end }}

{{/* A Job's name is a label of its Pods: 63 characters at most. */}}
{{- define "fairlead.uninstallHookName" -}}
{{- printf "%s-stand-down" (include "fairlead.fullname" . | trunc 52 | trimSuffix "-") }}
{{- end }}

{{/* Not those of the controller's Pods: its Service and its budget would count the Job's Pod. */}}
{{- define "fairlead.uninstallHookSelectorLabels" -}}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: uninstall-hook
{{- end }}

{{- define "fairlead.uninstallHookLabels" -}}
{{- include "fairlead.labels" . | replace "app.kubernetes.io/component: controller" "app.kubernetes.io/component: uninstall-hook" }}
{{- end }}

{{/* `order` is "-1" for what the Job needs. What is left of one that was cut off is deleted before the next one. */}}
{{- define "fairlead.uninstallHookAnnotations" -}}
helm.sh/hook: pre-delete
helm.sh/hook-weight: {{ .order | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded{{ if not .keepsFailed }},hook-failed{{ end }}
{{- if .keepsFailed }}
helm.sh/hook-output-log-policy: hook-failed
{{- end }}
{{- end }}
