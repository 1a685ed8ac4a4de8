/** A kubeconfig as a file, for as long as somebody needs it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kubeconfig } from '../../../emulators/kubernetes/index.ts'

export async function kubeconfigFile(server: { readonly url: string }): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-bench-'))
  const path = join(folder, 'kubeconfig')
  await writeFile(path, kubeconfig(server))
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
