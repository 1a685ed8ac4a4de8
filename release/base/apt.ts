/**
 * Packages of another release of Debian, for another architecture, by the apt of this machine: with lists and a state of its own, so that nothing of the machine is
 * changed, and from the mirror that the machine is set up with. apt checks Debian's signature.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { command } from '../command.ts'
import type { Architecture } from '../image/architectures.ts'
import type { PinnedPackage } from './pins.ts'

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'

export interface Apt {
  /** Downloads the .deb into the folder, and returns its path. Throws when the mirror does not have this version any more. */
  download(wanted: { readonly name: string; readonly version: string }, folder: string): string
  /** What the mirror has now. Throws when it does not have the package. */
  newest(name: string): PinnedPackage
}

/** `folder`: for its lists. Throws with what apt printed. */
export function openApt(suite: string, architecture: Architecture, folder: string): Apt {
  const options = optionsOf(suite, architecture, folder)
  const run = (program: string, args: readonly string[], cwd = folder): string => command(program, [...options, ...args], { cwd })
  run('apt-get', ['--quiet=2', 'update'])
  return {
    download({ name, version }, target) {
      run('apt-get', ['--quiet=2', 'download', `${name}=${version}`], target)
      return join(target, readdirSync(target).find((each) => each.endsWith('.deb')) ?? '')
    },
    newest(name) {
      const field = fieldsOf(run('apt-cache', ['show', '--no-all-versions', name]))
      return { name, version: field('Version'), sha256: field('SHA256') }
    },
  }
}

function optionsOf(suite: string, architecture: Architecture, folder: string): readonly string[] {
  mkdirSync(join(folder, 'lists/partial'), { recursive: true })
  mkdirSync(join(folder, 'cache/archives/partial'), { recursive: true })
  writeFileSync(join(folder, 'status'), '')
  const sources = mirrors().map(([site, isSecurity]) => `deb [signed-by=${KEYRING}] ${site} ${suite}${isSecurity ? '-security' : ''} main\n`)
  writeFileSync(join(folder, 'sources.list'), sources.join(''))
  const settings = {
    'Dir::State': folder,
    'Dir::State::status': join(folder, 'status'),
    'Dir::Cache': join(folder, 'cache'),
    'Dir::Etc::sourcelist': join(folder, 'sources.list'),
    'Dir::Etc::sourceparts': '-',
    'APT::Architecture': architecture,
    'APT::Architectures': architecture,
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
  }
  return Object.entries(settings).flatMap(([name, value]) => ['--option', `${name}=${value}`])
}

/** Where this machine gets Debian from, and whether that is the part with fixes of security. */
function mirrors(): readonly (readonly [string, boolean])[] {
  const lines = command('apt-get', ['indextargets', '--format', '$(SITE) $(SUITE) $(LABEL) $(ORIGIN)', 'Created-By: Packages'], {}).split('\n')
  const sites = lines.filter((line) => / Debian(?:-Security)? Debian$/.test(line)).map((line) => line.split(' ')[0] ?? '')
  if (sites.length === 0) throw new Error('apt has no mirror of Debian here: run apt-get update on a machine with Debian')
  return [...new Set(sites)].map((site) => [site, site.endsWith('-security')])
}

function fieldsOf(record: string): (name: string) => string {
  return (name) => {
    const [, value] = new RegExp(`^${name}: (.+)$`, 'm').exec(record) ?? []
    if (value === undefined) throw new Error(`apt says no ${name}:\n${record}`)
    return value
  }
}
