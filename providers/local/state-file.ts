/** Where the local provider keeps what it serves, unless the operator says otherwise. */
import { isAbsolute, join } from 'node:path'

export interface StateFilePlace {
  /** The setting: a path, or `off`. */
  readonly said: string | undefined
  readonly cluster: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly home: string
}

/** Undefined: nowhere. By the XDG Base Directory Specification, where a path that is not absolute counts as none. */
export function stateFileOf({ said, cluster, environment, home }: StateFilePlace): string | undefined {
  if (said !== undefined) return said === 'off' ? undefined : said
  const asked = environment['XDG_STATE_HOME']
  const directory = asked !== undefined && isAbsolute(asked) ? asked : join(home, '.local', 'state')
  return join(directory, 'fairlead', `local-${encodeURIComponent(cluster)}.json`)
}
