/** A playground as its reader has it: the program in one process, a real kubectl beside it. */
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { eventually } from '../until.ts'
import { type Running, runOther, start, temporaryFolder } from './program.ts'

export interface Playground {
  readonly program: Running
  /** The file. */
  readonly kubeconfig: string
  /** The file with the addresses of its servers. */
  readonly endpoints: string
  /** Its output. Rejects with what it complains of. */
  kubectl(args: readonly string[], input?: string): Promise<string>
  /** Resolves when all pods are ready. */
  deploy(name: string, replicas: number): Promise<void>
  /** A Service of type LoadBalancer, for the pods of `web` where `spec` does not say otherwise. */
  apply(name: string, spec: object, annotations?: object): Promise<string>
  /** Waits until the Service's condition has this reason, and answers `REASON: MESSAGE`. */
  reported(name: string, reason: string): Promise<string>
  addressOf(name: string): Promise<string>
  close(): Promise<void>
}

/** Why there can be no playground with a kubectl here, or undefined when there can. Print it when skipping. */
export function noKubectl(): string | undefined {
  return spawnSync('kubectl', ['version', '--client']).status === 0 ? undefined : 'there is no kubectl on the PATH'
}

const READY = '.status.conditions[?(@.type=="fairlead.dev/Ready")]'

/** Resolves when it says that it is ready. `pool` is the beginning of its addresses. */
export async function startPlayground(
  pool: string,
  more: readonly string[] = [],
  { under = [], prepare }: { readonly under?: readonly string[]; readonly prepare?: (folder: string) => Promise<void> } = {},
): Promise<Playground> {
  const folder = await temporaryFolder()
  await prepare?.(dirname(folder.file('home')))
  // In a folder that the playground makes, as `.fairlead` is.
  const home = folder.file('home')
  const kubeconfig = join(home, 'kubeconfig')
  const program = start(['playground', '--kubeconfig-out', kubeconfig, '--address-pool', `${pool}0/24`, '--http', '127.0.0.1:0', ...more], { under })
  await program.says(/playground is ready/)
  const kubectl: Playground['kubectl'] = async (args, input) => {
    const { exitCode, out, err } = await runOther('kubectl', args, { environment: { KUBECONFIG: kubeconfig }, ...(input === undefined ? {} : { input }) })
    if (exitCode !== 0) throw new Error(`kubectl ${args.join(' ')}: ${err}`)
    return out
  }
  const condition = (name: string): Promise<string> => kubectl(['get', 'service', name, '-o', `jsonpath={${READY}.reason}: {${READY}.message}`])
  return {
    program,
    kubeconfig,
    endpoints: join(home, 'endpoints.json'),
    kubectl,
    async deploy(name, replicas) {
      await kubectl(['create', 'deployment', name, `--image=${name}`, `--replicas=${replicas}`])
      await kubectl(['rollout', 'status', `deployment/${name}`, '--timeout=100s'])
    },
    apply: (name, spec, annotations = {}) =>
      kubectl(
        ['apply', '--server-side', '-f', '-'],
        JSON.stringify({
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name, annotations },
          spec: { type: 'LoadBalancer', selector: { app: 'web' }, ...spec },
        }),
      ),
    async reported(name, reason) {
      await eventually(
        () => condition(name),
        (found) => found.startsWith(`${reason}:`),
      )
      return condition(name)
    },
    addressOf: (name) => kubectl(['get', 'service', name, '-o', 'jsonpath={.status.loadBalancer.ingress[0].ip}']),
    async close() {
      await program.end('SIGKILL')
      await folder[Symbol.asyncDispose]()
    },
  }
}
