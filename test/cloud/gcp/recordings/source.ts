/** A recording, line by line. */
import type { JsonObject } from '../../../../emulators/gcp/index.ts'

/** An exchange as it stands in a recording. */
export interface Source {
  readonly n: number
  readonly method: string
  readonly path: string
  readonly requestBody?: JsonObject
  readonly status: number
  readonly responseBody: JsonObject
}
