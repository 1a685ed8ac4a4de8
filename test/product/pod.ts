/**
 * The program as a kubelet would start it: the service account where every Pod finds it, the API server in the environment, and a root file system that cannot
 * be written to. A mount namespace is all it takes. Where there is none to be had, a kubeconfig brings the same token, and Node itself forbids writing.
 */
import { spawnSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Container, containerCommand } from '../../release/check/container.ts'
import { type Running, start, startOther } from './program.ts'

export interface PodSpec {
  readonly main: string
  readonly args: readonly string[]
  /** Of the container. */
  readonly environment: Readonly<Record<string, string>>
  readonly namespace: string
  readonly server: { readonly url: string; readonly ca: string }
  readonly token: string
  /** A folder of its own. */
  readonly folder: string
  /** An unpacked image, which is started instead of `main`. */
  readonly image?: Pick<Container, 'root' | 'config'>
}

/** A Pod's secrets are mounted under /var/run, which is a link to /run on most systems. */
const SECRETS = '/var/run/secrets/kubernetes.io/serviceaccount'
const ENTER = ['--mount', '--map-root-user', 'sh', '-ec']
const SET_UP = `mount -t tmpfs none /var/run; mkdir -p ${SECRETS}; cp "$0"/* ${SECRETS}; mount -o remount,bind,ro /; exec "$@"`

/** Why there is no mount namespace here; undefined when there is. */
export function noPod(): string | undefined {
  const { status, stderr, error } = spawnSync('unshare', [...ENTER, 'mount -t tmpfs none /var/run; mount -o remount,bind,ro /'], { encoding: 'utf8' })
  return status === 0 ? undefined : (error?.message ?? stderr.trim())
}

/** In place of the Pod's volume: it can be written to, and goes with the Pod. */
export const STATE_FILE = noPod() === undefined ? '/var/run/state/local.json' : 'off'

export async function startPod(spec: PodSpec): Promise<Running> {
  const { main, args, environment: own, namespace, server, token, folder, image } = spec
  await mkdir(folder)
  if (noPod() !== undefined) return startBesides(spec)
  for (const [name, text] of Object.entries({ token, namespace, 'ca.crt': server.ca })) await writeFile(join(folder, name), text)
  const { hostname, port } = new URL(server.url)
  const environment = { ...own, POD_NAMESPACE: namespace, KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port }
  if (image !== undefined) {
    const started = containerCommand({ ...image, args, environment, serviceAccount: folder })
    return startOther(started.program, started.args, { environment: started.environment })
  }
  return startOther('unshare', [...ENTER, SET_UP, folder, process.execPath, main, ...args], { environment })
}

async function startBesides({ main, args, environment: own, namespace, server, token, folder }: PodSpec): Promise<Running> {
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'pod',
    clusters: [{ name: 'pod', cluster: { server: server.url, 'certificate-authority-data': Buffer.from(server.ca).toString('base64') } }],
    contexts: [{ name: 'pod', context: { cluster: 'pod', user: 'pod' } }],
    users: [{ name: 'pod', user: { token } }],
  }
  await writeFile(join(folder, 'kubeconfig'), JSON.stringify(kubeconfig))
  const environment = { ...own, POD_NAMESPACE: namespace, KUBECONFIG: join(folder, 'kubeconfig'), NODE_OPTIONS: '--permission --allow-fs-read=*' }
  return start(args, { environment, main })
}
