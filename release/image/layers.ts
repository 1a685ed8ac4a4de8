/** The image's layers: the base, Node, and the program, so that a new version of the program is a small download. */
import { type Entry, file, folder, link } from '../archive/entries.ts'
import { entriesOf } from '../archive/folder.ts'
import { imageVariables, instruction } from './dockerfile.ts'
import type { Execution, Layer } from './oci.ts'

/** Files that Debian makes when it is installed. Name resolution needs the last one; Node has the certificates of authorities in itself. */
function configuration(user: string): readonly Entry[] {
  const [uid, gid] = user.split(':')
  return [
    file('etc/passwd', `root:x:0:0:root:/:/sbin/nologin\nnode:x:${uid}:${gid}:node:/:/sbin/nologin\n`),
    file('etc/group', `root:x:0:\nnode:x:${gid}:\n`),
    file('etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n'),
  ]
}

/** The links of a merged /usr, and where a container's runtime mounts what it brings. There is no /tmp: nothing in the image is writable. */
const ROOT = [
  link('bin', 'usr/bin'),
  link('lib', 'usr/lib'),
  link('lib64', 'usr/lib64'),
  link('var/run', '../run'),
  ...['dev', 'proc', 'run', 'sys'].map(folder),
]

export interface Parts {
  readonly base: readonly Entry[]
  readonly node: readonly Entry[]
  /** A folder with what the image's WORKDIR holds. */
  readonly program: string
}

export function layersOf({ base, node, program }: Parts): readonly Layer[] {
  const home = instruction('WORKDIR').slice(1)
  const hasLib64 = base.some(({ path }) => path.startsWith('usr/lib64/'))
  const root = [...ROOT, ...configuration(instruction('USER')), ...(hasLib64 ? [] : [folder('usr/lib64')])]
  return [
    { madeBy: 'libraries of Debian that Node needs', entries: [...root, ...base] },
    { madeBy: 'Node', entries: node },
    { madeBy: 'Fairlead', entries: entriesOf(program, home) },
  ]
}

/** As the Dockerfile has it; Node is named by its path, because no shell and no PATH of a base image finds it. */
export function execution(): Execution {
  const [program, ...args] = JSON.parse(instruction('ENTRYPOINT')) as string[]
  return {
    User: instruction('USER'),
    Env: ['PATH=/usr/bin', ...Object.entries(imageVariables()).map(([name, value]) => `${name}=${value}`)],
    Entrypoint: [`/usr/bin/${program}`, ...args],
    WorkingDir: instruction('WORKDIR'),
    ExposedPorts: { [`${instruction('EXPOSE')}/tcp`]: {} },
  }
}
