/** Node for an architecture: npm's package, pinned in package-lock.json. */
import { readdirSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Entry, file } from '../archive/entries.ts'
import { command } from '../command.ts'
import { type Architecture, NODE_PACKAGES } from '../image/architectures.ts'
import { type LockedPackage, readLock } from '../documents/lock.ts'
import { type Checksum, kept } from './downloads.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'

/** The program and its licences. */
export function nodeEntries(architecture: Architecture): readonly Entry[] {
  const name = NODE_PACKAGES[architecture]
  const installed = fileURLToPath(new URL(`../../node_modules/${name}`, import.meta.url))
  return existsSync(installed) ? entriesIn(installed) : entriesOfArchive(name)
}

function entriesIn(folder: string): readonly Entry[] {
  return [file('usr/bin/node', readFileSync(join(folder, 'bin/node')), 0o755), file('usr/share/doc/node/copyright', readFileSync(join(folder, 'LICENSE')))]
}

function entriesOfArchive(name: string): readonly Entry[] {
  const locked = nodePackage(name)
  const archive = kept(`${name}.tgz`, integrityOf(locked), (folder) => {
    command('npm', ['pack', `${name}@${locked.version}`, '--silent'], { cwd: folder })
    return join(folder, readdirSync(folder)[0] ?? '')
  })
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-node-'))
  try {
    command('tar', ['-xzf', archive, '-C', folder])
    return entriesIn(join(folder, 'package'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export function nodePackage(name: string): LockedPackage {
  const locked = readLock().get(`node_modules/${name}`)
  if (locked === undefined) throw new Error(`package-lock.json has no ${name}`)
  return locked
}

/** `sha512-BASE64` as hex. */
export function integrityOf({ integrity = '' }: LockedPackage): Checksum {
  return { algorithm: 'sha512', hex: Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex') }
}
