/** On what it was measured: what a reader needs to compare with a machine of their own, and nothing that tells whose it is. */
import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGib: number
  readonly system: string
  readonly node: string
  /** Of what takes part in the measurements. */
  readonly packages: Readonly<Record<string, string>>
  /** Processes that wanted a core over the minute before: above the number of cores somebody else was working. */
  readonly load: number
}

const PACKAGES = ['@kubernetes/client-node', '@aws-sdk/client-elastic-load-balancing-v2', 'undici', 'esbuild'] as const

export function describeMachine(): Machine {
  const [first] = cpus()
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    system: [distribution(), type(), release()].filter((part) => part !== '').join(' '),
    node: process.version,
    packages: Object.fromEntries([['fairlead', versionIn('../../package.json')], ...PACKAGES.map((name) => [name, versionOf(name)])]),
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  }
}

function versionOf(name: string): string {
  return versionIn(`../../node_modules/${name}/package.json`)
}

function versionIn(path: string): string {
  const { version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { readonly version: string }
  return version
}

function distribution(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? ''
  } catch {
    return ''
  }
}
