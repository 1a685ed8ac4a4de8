/**
 * The image's program as a container's runtime starts it, without one: its root is the image and cannot be written to, it runs as the image's user with the
 * image's environment, and /run is memory. /run/state stands for a volume.
 */
import { spawnSync } from 'node:child_process'
import type { Execution } from '../image/oci.ts'

export interface Container {
  /** The unpacked image. */
  readonly root: string
  readonly config: Execution
  readonly args: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** A folder whose files are the Pod's service account. */
  readonly serviceAccount?: string
}

/** By its path: the image's PATH is in force when it is started. */
const CHROOT = '/usr/sbin/chroot'
const ACCOUNT = 'run/secrets/kubernetes.io/serviceaccount'
const SET_UP = [
  'mount --bind "$0" "$0"',
  'mount --rbind /proc "$0/proc"',
  'mount --rbind /dev "$0/dev"',
  'mount -t tmpfs none "$0/run"',
  'mkdir -m 777 "$0/run/state"',
  `mkdir -p "$0/${ACCOUNT}"`,
  `if [ -n "$ACCOUNT" ]; then cp "$ACCOUNT"/* "$0/${ACCOUNT}"; chmod -R a+rX "$0/run/secrets"; fi`,
  'mount -o remount,bind,ro "$0"',
  'exec env -i "$@"',
].join('; ')

/** Why no container can be started here; undefined when one can. */
export function noContainer(): string | undefined {
  const { status, stderr, error } = spawnSync('unshare', ['--mount', CHROOT, '--userspec=1000:1000', '/', 'true'], { encoding: 'utf8' })
  return status === 0 ? undefined : `chroot as another user in a mount namespace is not possible: ${error?.message ?? stderr.trim()}`
}

export interface StartCommand {
  readonly program: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

/** What to start. The program takes the place of the started process, so that signals reach it. */
export function containerCommand({ root, config, args, environment = {}, serviceAccount = '' }: Container): StartCommand {
  const variables = [...config.Env, ...Object.entries(environment).map(([name, value]) => `${name}=${value}`)]
  const entered = [CHROOT, `--userspec=${config.User}`, root, ...config.Entrypoint, ...args]
  return { program: 'unshare', args: ['--mount', 'sh', '-ec', SET_UP, root, ...variables, ...entered], environment: { ACCOUNT: serviceAccount } }
}
