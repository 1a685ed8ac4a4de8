/** The command of Google Cloud, where the machine has it. */
import { spawnSync } from 'node:child_process'

/** Why it cannot be run here; undefined when it can. Print it when skipping. */
export function noGcloud(): string | undefined {
  return spawnSync('sh', ['-c', 'command -v gcloud']).status === 0 ? undefined : 'there is no gcloud on the PATH'
}
