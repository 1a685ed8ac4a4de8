/**
 * Which right is missing, and on what: Azure says it in a sentence. Source: learn.microsoft.com, "Troubleshoot Azure RBAC"; issues of Azure/AKS (253, 921) and of
 * hashicorp/terraform-provider-azurerm quote it.
 */
import { parseId } from './ids.ts'

export interface MissingRight {
  /** As a clause: what the identity may not do, and on what. */
  readonly because: string
  /** The command that grants it. */
  readonly remedy: string
}

const PRINCIPAL = /object id '([0-9a-f-]{36})'/i
/** Of the object that is written, or of one that it refers to. */
const SENTENCES = [
  /not have permission to perform action\(?s?\)? '([\w./*-]+)' on the linked scope\(?s?\)? '([^']+)'/i,
  /not have authorization to perform action '([\w./*-]+)' over scope '([^']+)'/i,
] as const

/** Undefined: the text is another one than is known. */
export function missingRight(text: string): MissingRight | undefined {
  const found = SENTENCES.map((sentence) => sentence.exec(text)).find((match) => match !== null)
  const [, action, scope] = found ?? []
  if (action === undefined || scope === undefined) return undefined
  const principal = PRINCIPAL.exec(text)?.[1]
  const assignee = principal === undefined ? '--assignee IDENTITY' : `--assignee-object-id ${principal} --assignee-principal-type ServicePrincipal`
  const id = parseId(scope)
  const on = id === undefined ? scope : `${id.name} in the resource group ${id.group}`
  return {
    because: `the controller's identity lacks the right ${action} on ${on}`,
    remedy: `Grant it: az role assignment create ${assignee} --role ROLE --scope ${scope}, where ROLE is the one that \`fairlead permissions azure\` prints, or "Network Contributor".`,
  }
}
