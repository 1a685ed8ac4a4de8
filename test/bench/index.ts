/** Which benchmarks there are, in the order of the page. */
import type { Benchmark } from './benchmark.ts'

export const BENCHMARKS: Readonly<Record<string, () => Promise<{ readonly benchmark: Benchmark }>>> = {
  'no-op-resync': () => import('./no-op-resync.ts'),
  memory: () => import('./memory.ts'),
  'node-event': () => import('./node-event.ts'),
  'write-to-socket': () => import('./write-to-socket.ts'),
  'shared-document': () => import('./shared-document.ts'),
  'source-ranges': () => import('./source-ranges.ts'),
  'udp-flood': () => import('./udp-flood.ts'),
  'long-annotation': () => import('./long-annotation.ts'),
  'first-output': () => import('./first-output.ts'),
  dashboard: () => import('./dashboard.ts'),
  'aws-calls': () => import('./aws-calls.ts'),
  'aws-scale': () => import('./aws-scale.ts'),
  'aws-memory': () => import('./aws-memory.ts'),
  'azure-calls': () => import('./azure-calls.ts'),
  'azure-scale': () => import('./azure-scale.ts'),
  'azure-memory': () => import('./azure-memory.ts'),
  'gcp-calls': () => import('./gcp-calls.ts'),
  'gcp-scale': () => import('./gcp-scale.ts'),
  'gcp-memory': () => import('./gcp-memory.ts'),
  'gcp-sdk': () => import('./gcp-sdk.ts'),
}

export const NAMES: readonly string[] = Object.keys(BENCHMARKS)
