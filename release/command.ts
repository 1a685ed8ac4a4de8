/** Runs another program to its end. */
import { spawnSync } from 'node:child_process'

export interface CommandOptions {
  readonly cwd?: string
  readonly environment?: Readonly<Record<string, string>>
}

/** Returns what it printed. Throws with its error output when it cannot be started or fails. */
export function command(program: string, args: readonly string[], { cwd, environment = {} }: CommandOptions = {}): string {
  const options = { cwd, env: { ...process.env, ...environment }, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const
  const { status, stdout, stderr, error } = spawnSync(program, args, options)
  if (error !== undefined) throw new Error(`${program} cannot be started: ${error.message}`)
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed with ${status}:\n${stderr}${stdout}`)
  return stdout
}

/** Whether the program can be started here. */
export function isInstalled(program: string, args: readonly string[] = ['--version']): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).error === undefined
}
