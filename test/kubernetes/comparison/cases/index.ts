/** All cases of the comparison. */
import type { Case } from '../case.ts'
import { KINDS } from './kinds.ts'
import { MACHINERY } from './machinery.ts'
import { ODD_PORTS, ODD_VALUES } from './odd-values.ts'
import { SERVICE_CREATE } from './service-create.ts'
import { SERVICE_INVALID } from './service-invalid.ts'
import { SERVICE_STATUS } from './service-status.ts'
import { SERVICE_UPDATE } from './service-update.ts'
import { UPDATES_OF_THE_DELETED } from './updates-of-the-deleted.ts'

/** The same cases in groups, as the page tells them. */
export const GROUPS: Readonly<Record<string, readonly Case[]>> = {
  'new Services': SERVICE_CREATE,
  'Services refused': SERVICE_INVALID,
  'changed Services': SERVICE_UPDATE,
  'the status of Services': SERVICE_STATUS,
  'port numbers of every kind': ODD_PORTS,
  'odd values': ODD_VALUES,
  'updates of what was deleted': UPDATES_OF_THE_DELETED,
  machinery: MACHINERY,
  'other kinds': KINDS,
}

export const CASES: readonly Case[] = Object.values(GROUPS).flat()
