/** Runs the real helm on our chart: from the folder that KUBEBUILDER_ASSETS names, or from the PATH. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'
import { type Ended, runOther } from '../product/program.ts'

export const CHART = fileURLToPath(new URL('../../helm-chart', import.meta.url))

export const RELEASE = { name: 'fairlead', namespace: 'fairlead-system' } as const

/** Any object of Kubernetes, as its manifest has it. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly [field: string]: unknown
  }
  readonly [field: string]: unknown
}

export interface Container {
  readonly image: string
  readonly args: readonly string[]
  readonly env: readonly { readonly name: string; readonly value?: string }[]
  readonly [field: string]: unknown
}

export interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> }
  readonly spec: { readonly serviceAccountName: string; readonly containers: readonly [Container]; readonly [field: string]: unknown }
}

/** Why helm cannot be run here; undefined when it can. Print it when skipping. */
export function noHelm(): string | undefined {
  const { error } = spawnSync(program(), ['version'], { stdio: 'ignore' })
  return error === undefined ? undefined : 'there is no helm in the folder of KUBEBUILDER_ASSETS, and none on the PATH'
}

function program(): string {
  const beside = join(process.env['KUBEBUILDER_ASSETS'] ?? '', 'helm')
  return process.env['KUBEBUILDER_ASSETS'] !== undefined && existsSync(beside) ? beside : 'helm'
}

/** Runs `helm ARGS` to its end; `values` are what the flag `--values -` reads. */
export function runHelm(args: readonly string[], values?: object): Promise<Ended> {
  return runOther(program(), args, values === undefined ? {} : { input: JSON.stringify(values) })
}

/** Throws with what helm said when it fails. */
export async function helm(args: readonly string[], values?: object): Promise<string> {
  const { exitCode, out, err } = await runHelm(args, values)
  if (exitCode !== 0) throw new Error(`helm ${args.join(' ')}: ${err}`)
  return out
}

/** What an installation of the chart makes of these values, in the order in which helm sends it. */
export function render(values: object): Promise<readonly Manifest[]> {
  return template(values, ['--no-hooks'])
}

/** What the chart makes at an uninstall. */
export async function renderHooks(values: object): Promise<readonly Manifest[]> {
  const manifests = await template(values, [])
  return manifests.filter(({ metadata }) => (metadata['annotations'] as Readonly<Record<string, string>> | undefined)?.['helm.sh/hook'] === 'pre-delete')
}

async function template(values: object, flags: readonly string[]): Promise<readonly Manifest[]> {
  const text = await helm(['template', RELEASE.name, CHART, '--namespace', RELEASE.namespace, ...flags, '--values', '-'], values)
  return parseAllDocuments(text).flatMap((document) => {
    const [problem] = document.errors
    if (problem !== undefined) throw problem
    const manifest = document.toJS() as Manifest | null
    return manifest === null ? [] : [manifest]
  })
}

/** Throws when there is none of this kind, or more than one. */
export function only(manifests: readonly Manifest[], kind: string): Manifest {
  const found = manifests.filter((manifest) => manifest.kind === kind)
  if (found.length !== 1) throw new Error(`${found.length} of kind ${kind}`)
  return found[0]!
}

/** Of a Deployment or a Job. */
export function podTemplate(workload: Manifest): PodTemplate {
  return (workload['spec'] as { readonly template: PodTemplate }).template
}
