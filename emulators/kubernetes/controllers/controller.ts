/** What every controller of the emulator is given, and what it gives back. */
import type { ApiObject, ClusterAccess } from '../resource.ts'

export interface ControllerProps {
  readonly cluster: ClusterAccess
  /** A controller failed at something; it goes on with the rest. */
  readonly onError: (error: unknown) => void
}

/** Stops the controller; what it began is ended. */
export type Stop = () => void | Promise<void>

/** The time as `metadata` has it: whole seconds. */
export const timestamp = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`

/** The reference that makes `owner` the controller of another object. */
export function controllerRef(owner: ApiObject): { apiVersion: string; kind: string; name: string; uid: string; controller: true; blockOwnerDeletion: true } {
  const { apiVersion, kind, metadata } = owner
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true }
}

/** Every pair of the selector is a label. An empty selector selects nothing here. */
export function selects(selector: Readonly<Record<string, string>> | undefined, labels: Readonly<Record<string, string>> | undefined): boolean {
  const pairs = Object.entries(selector ?? {})
  return pairs.length > 0 && pairs.every(([key, value]) => labels?.[key] === value)
}
